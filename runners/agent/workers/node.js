// Runs a program's entry file, as a script or by calling its `main`.
//
// It is the text after `node --eval`, in a function of its own, so it shares no names with the
// program. It says that it is up, and waits for its instructions. A script is then started by what
// starts scripts in node itself.
//
// For `main`, a CommonJS file runs as a script of this context, and not in a function that is put
// around it: so a plain `function main` or `const main` is found without an export, and line
// numbers are the file's.
(() => {
  'use strict';
  const fs = require('node:fs');
  const path = require('node:path');
  const vm = require('node:vm');
  const nodeModule = require('node:module');
  const { pathToFileURL } = require('node:url');
  const { inspect } = require('node:util');
  const { stringify, parse } = JSON;
  // A program may give these names to things of its own, in the same context.
  const { process, Buffer, Object, Error, SyntaxError } = globalThis;
  const { fstatSync, writeSync } = fs;
  const { emit, reallyExit } = process;
  const { wait } = Atomics;

  // The agent takes no millisecond, where there is one.
  const A_WHILE = 1000;

  const RESULT = 3;
  const INSTRUCTIONS = 4;
  // A program may put something of its own in this place.
  const identity = ({ dev, ino }) => `${dev}:${ino}`;
  const resultPipe = identity(fs.fstatSync(RESULT));

  // What `main` has returned, where it is told with the code.
  let result = '';

  // The program, and before there is one, an empty file.
  let entry = '/dev/null';
  let directory = '/dev';

  // Where packages are that were shown before there was a job, and what it is known to import of them.
  const [packages, ...known] = process.argv.splice(1);

  process.once('exit', leave);
  // Not before `--eval` has ended, which puts its own traces back. What it does at its end takes
  // as long as a small program, and need not be waited for then.
  process.nextTick(begin);

  function begin() {
    hideTraces();
    practise();
    if (packages) importAhead().finally(() => process.nextTick(listen));
    else listen();
  }

  // However the program does it: a package may have one module to be required, and another to be
  // imported. Where that fails, the program sees why.
  async function importAhead() {
    const filename = path.join(packages, 'node_modules', 'ahead.js');
    const require = nodeModule.createRequire(filename);
    const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    for (const name of known) {
      try {
        require(name);
      } catch {}
      // Before Node 20.12, nothing can be imported from there.
      if (!importModuleDynamically) continue;
      const script = new vm.Script(`import(${stringify(name)})`, { filename, importModuleDynamically });
      await script.runInThisContext().catch(() => {});
    }
  }

  function listen() {
    fs.writeSync(RESULT, `${process.versions.node.split('-')[0]}\n`);
    const instructions = parse(fs.readFileSync(INSTRUCTIONS, 'utf8'));
    fs.closeSync(INSTRUCTIONS);
    entry = path.join('/work', instructions.entry);
    directory = path.dirname(entry);
    start(instructions);
  }

  function start(instructions) {
    hideTraces();
    if (/\.[mc]?ts$/.test(entry)) silenceExperiments();
    takeEnvironment(instructions.environment);
    process.argv = [process.argv[0], entry, ...(instructions.words ?? [])];
    if (instructions.words) {
      // From there, so that no frame of ours is in what an error shows.
      process.nextTick(nodeModule.runMain, entry);
    } else {
      callMain(instructions.arguments).catch(show);
    }
  }

  // That Node removes types was new for some versions, and is no news for a program's output.
  function silenceExperiments() {
    const { emitWarning } = process;
    process.emitWarning = (warning, kind, ...rest) => {
      if (kind !== 'ExperimentalWarning') emitWarning.call(process, warning, kind, ...rest);
    };
  }

  // Node 18 has no global `crypto`; there it is the module, which could be set.
  function isGlobal(name, property) {
    return name === 'crypto' ? !property.set : ['console', 'performance', 'process'].includes(name);
  }

  // What is done for a program is done once without one: the engine compiles functions when they
  // are first called.
  function practise() {
    if (!isModule()) fromScript(compile(readSource(), entry));
    fs.existsSync('/work/package.json');
    Buffer.from(encode(parse('{}')));
    takeEnvironment({ ...process.env });
    hasLibraries();
    process.kill(process.pid, 0);
  }

  // Ends as `process.exit` does, also where the program has just come to its end, but for taking
  // the engine and its threads apart, which takes longer than most programs do: the agent is told
  // the code behind a NUL, which is in no result, answers, and ends this process.
  //
  // Only a good end is quick: after it, nothing is left to be said. Node tells of an error when the
  // exit handlers have run; and what has put itself around `process.emit` works after them, too.
  function leave(code) {
    const isUsual = process.emit === emit && process.reallyExit === reallyExit;
    if (code !== 0 || !isUsual || hasLibraries()) {
      tell(result);
      return;
    }
    for (const listener of process.rawListeners('exit')) listener.call(process, code);
    const exitCode = process.exitCode ?? code;
    if (tell(`${result}\0${exitCode & 0xff}\n`)) {
      wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, A_WHILE);
    }
    process.reallyExit(exitCode);
  }

  // Whether the end comes next, and the way that it comes is ours. Whoever hears of the result and of
  // the end by themselves has more to do.
  function isNearlyOver() {
    const active = process.getActiveResourcesInfo?.() ?? [];
    return active.length === 0 && process.listenerCount('exit') === 1 && process.emit === emit;
  }

  // A program may have put something of its own in this place, or nothing.
  function tell(text) {
    try {
      if (identity(fstatSync(RESULT)) !== resultPipe) return false;
      let bytes = Buffer.from(text);
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(RESULT, bytes));
      return true;
    } catch {
      return false;
    }
  }

  // They may have something to do at the end that Node does not know of.
  function hasLibraries() {
    return Object.keys(nodeModule._cache).some((name) => name.endsWith('.node'));
  }

  async function callMain(values) {
    const main = await load();
    if (typeof main !== 'function') {
      fail(`lazaret: \`${path.relative('/work', entry)}\` has no function \`main\``);
    }
    const text = encode(await main(values));
    if (isNearlyOver()) result = text;
    else tell(text);
  }

  function takeEnvironment(environment) {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, environment);
    if (environment.NODE_PATH) nodeModule._initPaths();
  }

  // `--eval` makes every built-in module a global, and what CommonJS files have of their own. A
  // file sees only what is global anyway. Its children must not be started with our text.
  function hideTraces() {
    const own = ['module', 'exports', 'require', '__filename', '__dirname'];
    for (const name of [...nodeModule.builtinModules, ...own]) {
      const property = Object.getOwnPropertyDescriptor(globalThis, name);
      if (property?.configurable && !isGlobal(name, property)) delete globalThis[name];
    }
    process.execArgv = [];
    delete process._eval;
  }

  async function load() {
    if (isModule()) return fromModule();
    try {
      return fromScript(compile(readSource(), entry));
    } catch (error) {
      const isSyntax = error instanceof SyntaxError && /import|export|await/.test(error.message);
      if (isSyntax) return fromModule();
      throw error;
    }
  }

  async function fromModule() {
    const loaded = await import(pathToFileURL(entry));
    return loaded.main ?? loaded.default?.main ?? loaded.default;
  }

  function compile(source, filename) {
    const everywhere = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const nearby = (name) =>
      import(name.startsWith('.') ? pathToFileURL(path.resolve(directory, name)) : name);
    const importModuleDynamically = everywhere ?? nearby;
    return new vm.Script(source, { filename, importModuleDynamically });
  }

  function fromScript(script) {
    const module = { exports: {}, filename: entry, id: entry, loaded: false, children: [] };
    const scope = {
      require: nodeModule.createRequire(entry),
      module,
      exports: module.exports,
      __filename: entry,
      __dirname: directory,
    };
    for (const [name, value] of Object.entries(scope)) {
      const property = { value, configurable: true, writable: true, enumerable: false };
      Object.defineProperty(globalThis, name, property);
    }
    script.runInThisContext();
    const found = vm.runInThisContext('typeof main === "undefined" ? undefined : main');
    return module.exports.main ?? found ?? module.exports;
  }

  function readSource() {
    const source = fs.readFileSync(entry, 'utf8');
    if (!/\.[mc]?ts$/.test(entry)) return source;
    return nodeModule.stripTypeScriptTypes(source);
  }

  // The rule of node: the ending, and else the nearest package.json.
  function isModule() {
    const ending = path.extname(entry);
    if (ending === '.mjs' || ending === '.mts') return true;
    if (ending === '.cjs' || ending === '.cts') return false;
    for (let place = directory; place.startsWith('/work'); place = path.dirname(place)) {
      const file = path.join(place, 'package.json');
      if (fs.existsSync(file)) return parse(fs.readFileSync(file, 'utf8')).type === 'module';
    }
    return false;
  }

  function encode(value) {
    if (value === undefined) return 'null';
    let text;
    try {
      text = stringify(value);
    } catch (error) {
      fail(`lazaret: what \`main\` returned is not JSON: ${error.message}`);
    }
    return text ?? fail(`lazaret: what \`main\` returned is not JSON: it is a ${typeof value}`);
  }

  function fail(message) {
    fs.writeSync(2, `${message}\n`);
    process.exit(1);
  }

  // The program's own lines, without ours and without those of node below them.
  function show(error) {
    const ours = /^ +at .*(lazaret-worker|node:internal|node:vm)/;
    const lines = inspect(error).split('\n').filter((line) => !ours.test(line));
    fail(error instanceof Error ? lines.join('\n') : `Uncaught ${lines.join('\n')}`);
  }
})();
//# sourceURL=lazaret-worker
