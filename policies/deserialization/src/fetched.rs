//! Data that another machine sends, in a function that runs what it is given.

use std::ops::Range;

use lazaret_policy::Flow;
use lazaret_policy::prelude::*;

use crate::{FETCHED, range, yaml};

/// Functions that run what they are given, whatever they are given beside it.
const SINKS: [&str; 28] = [
    "cloudpickle.load",
    "cloudpickle.loads",
    "compress_pickle.load",
    "compress_pickle.loads",
    "dill.Unpickler",
    "dill.load",
    "dill.loads",
    "joblib.load",
    "jsonpickle.decode",
    "jsonpickle.loads",
    "marshal.load",
    "marshal.loads",
    "pandas.read_pickle",
    "pickle.Unpickler",
    "pickle.load",
    "pickle.loads",
    "pickle5.loads",
    "srsly.pickle_loads",
    "torch.load",
    "numpy.load",
    "yaml.unsafe_load",
    "yaml.unsafe_load_all",
    "yaml.load",
    "yaml.load_all",
    "cryo.parse",
    "funcster.deepDeserialize",
    "node-serialize.unserialize",
    "serialize-to-js.deserialize",
];

/// Functions that give back what another machine has sent, or the file that it is in.
const SOURCES: [&str; 45] = [
    "aiohttp.ClientSession().get",
    "gdown.download",
    "http.client.HTTPConnection().getresponse",
    "http.client.HTTPSConnection().getresponse",
    "httpx.Client().get",
    "httpx.Client().post",
    "httpx.get",
    "httpx.post",
    "httpx.request",
    "httpx.stream",
    "huggingface_hub.hf_hub_download",
    "huggingface_hub.snapshot_download",
    "keras.utils.get_file",
    "pooch.retrieve",
    "requests.Session().get",
    "requests.Session().post",
    "requests.Session().request",
    "requests.get",
    "requests.post",
    "requests.put",
    "requests.request",
    "requests.session().get",
    "requests.session().post",
    "smart_open.open",
    "socket.create_connection().recv",
    "socket.socket().makefile",
    "socket.socket().recv",
    "socket.socket().recvfrom",
    "tensorflow.keras.utils.get_file",
    "urllib.request.build_opener().open",
    "urllib.request.urlopen",
    "urllib2.urlopen",
    "urllib3.PoolManager().request",
    "urllib3.request",
    "wget.download",
    "axios",
    "axios.get",
    "axios.post",
    "axios.request",
    "fetch",
    "got",
    "got.get",
    "node-fetch",
    "undici.fetch",
    "undici.request",
];

/// How an address begins that pandas reads from. It unpickles what it gets.
const ADDRESSES: [&str; 7] = ["http:", "https:", "ftp:", "s3:", "gs:", "gcs:", "abfs:"];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SINKS.into_iter().chain(SOURCES)
}

/// The functions that fetch something, and where they are called.
struct Sources<'a>(Vec<(Range<usize>, &'a str)>);

pub(crate) fn report(cx: &Context, text: &str) {
    let sinks: Vec<Call<'_>> = cx.calls("*").filter(|call| runs(*call, cx, text)).collect();
    let fetch = cx.calls("*").filter(|call| SOURCES.contains(&call.name()));
    let sources = Sources(fetch.map(|call| (range(call), call.name())).collect());
    let mut flow = None;
    for call in sinks {
        let by = if has_address(call) {
            "it".to_owned()
        } else if let Some(by) = sources.behind(call, text, &mut flow) {
            format!("`{by}`")
        } else {
            continue;
        };
        let message = format!("`{}` runs what {by} gets from another machine", call.name());
        cx.report(FETCHED, call).message(message);
    }
}

impl<'a> Sources<'a> {
    /// The function that has fetched what a call is given.
    fn behind(
        &self,
        call: Call<'_>,
        text: &'a str,
        flow: &mut Option<Flow<'a>>,
    ) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let given = call.places(text);
        let direct = given.iter().find_map(|part| self.within(part));
        direct.or_else(|| {
            let flow = flow.get_or_insert_with(|| Flow::read(text, |part| self.within(part)));
            given.iter().find_map(|part| flow.within(part))
        })
    }

    fn within(&self, part: &Range<usize>) -> Option<&'a str> {
        let is_in = |place: &Range<usize>| part.start <= place.start && place.end <= part.end;
        self.0.iter().find(|(place, _)| is_in(place)).map(|(_, name)| *name)
    }
}

/// Whether a call runs what it is given.
fn runs(call: Call<'_>, cx: &Context, text: &str) -> bool {
    match call.name() {
        "torch.load" => !call.argument("weights_only").is_true(),
        "numpy.load" => {
            let allows = call.argument("allow_pickle").or(call.positional(2));
            allows.is_present() && allows.literal() != Some(Value::Bool(false))
        }
        "yaml.load" | "yaml.load_all" => !yaml::is_safe(call, cx, text),
        name => SINKS.contains(&name),
    }
}

/// Whether a call reads from an address by itself.
fn has_address(call: Call<'_>) -> bool {
    let written = call.positional(0).or(call.argument("filepath_or_buffer")).text();
    let value = written.trim_start_matches("filepath_or_buffer").trim_start_matches([' ', '=']);
    let address = value.trim_start_matches(|c: char| "rRbBfFuU\"'".contains(c));
    call.name() == "pandas.read_pickle" && ADDRESSES.iter().any(|begin| address.starts_with(begin))
}
