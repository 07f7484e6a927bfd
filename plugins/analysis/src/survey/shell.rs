//! The walk through a script: its commands, the variables that it sets, and the files that it opens.

use std::collections::HashSet;

use crate::catalogue::commands;
use crate::program::{Expression, Id, Redirect};
use crate::survey::command::At;
use crate::survey::flow::Flow;
use crate::survey::program::Surveyor;
use crate::survey::word::Word;
use crate::survey::{FACTS, Seen, Survey, json, too_much};
use crate::{Argument, Fact, FactKind, Language, NotAnalysable, Resolution, Span};

/// Files that are connections.
const CONNECTIONS: [&str; 2] = ["/dev/tcp/", "/dev/udp/"];

impl Surveyor<'_> {
    /// The facts of a script.
    pub(super) fn shell(mut self) -> Result<Survey, NotAnalysable> {
        // Each command is a fact at least: there is no need to resolve them to see that they are many.
        let is_command = |id: &Id| matches!(self.program.expression(*id), Expression::Call(..));
        if self.program.ids().filter(is_command).count() > FACTS {
            return Err(too_much());
        }
        let mut flow = Flow::default();
        let opened: HashSet<Id> =
            self.program.redirects.iter().map(|redirect| redirect.target).collect();
        for id in self.program.ids() {
            match *self.program.expression(id) {
                Expression::Call(_, arguments) => self.commands(id, arguments, &mut flow)?,
                Expression::Constant(_) | Expression::Join(_) => self.connection(id, &opened)?,
                _ => {}
            }
            if self.survey.seen.len() > FACTS {
                return Err(too_much());
            }
        }
        for (target, value) in &self.program.writes {
            self.variable(*target, *value, &mut flow)?;
        }
        self.texts()?;
        for redirect in &self.program.redirects {
            self.file(redirect, &mut flow)?;
        }
        self.pipelines(&flow)?;
        self.files(&flow)?;
        Ok(self.survey)
    }

    /// `name=value`
    fn variable(&mut self, target: Id, value: Id, flow: &mut Flow) -> Result<(), NotAnalysable> {
        let Expression::Name(name, _) = *self.program.expression(target) else { return Ok(()) };
        let name = self.program.text(name);
        let meaning = self.resolver.meaning(value)?;
        let word = self.known(value, &meaning);
        let is_unset = value == Id::UNKNOWN;
        let span = self.program.span(target);
        if commands().runner(name).is_some() {
            self.runs(&At::first(value, span), name, &[word.clone(), word.clone()], flow)?;
        }
        let argument = if is_unset {
            Argument {
                literal: Some(json("")),
                span,
                ..self.word_given(&Word { text: String::new(), ..word })?
            }
        } else {
            self.word_given(&word)?
        };
        self.see(FactKind::Assign, name, span).fact.arguments.push(argument);
        Ok(())
    }

    /// A word that is the name of a connection.
    fn connection(&mut self, id: Id, opened: &HashSet<Id>) -> Result<(), NotAnalysable> {
        let text = self.unquoted(id);
        let is_connection = CONNECTIONS.iter().any(|start| text.starts_with(start));
        if is_connection && !opened.contains(&id) {
            self.keep(text.len())?;
            let span = self.program.span(id);
            self.see(FactKind::Redirect, &text, span).fact.resolution = Resolution::Likely;
        }
        Ok(())
    }

    /// `> file`; the fact has the operator for its argument.
    fn file(&mut self, redirect: &Redirect, flow: &mut Flow) -> Result<(), NotAnalysable> {
        let meaning = self.resolver.meaning(redirect.target)?;
        let word = self.known(redirect.target, &meaning);
        self.keep(2 * word.text.len())?;
        let operator = self.text.at(redirect.operator).to_owned();
        if operator.contains('>') {
            flow.write(&word.text, redirect.command);
        }
        let seen = self.see(FactKind::Redirect, &word.text, redirect.span);
        // A folder that only the machine knows is still a folder: `$HOME/.profile`.
        let is_below = word.text.starts_with('$');
        seen.fact.resolution = match word.resolution() {
            Resolution::Unknown if is_below => Resolution::Likely,
            resolution => resolution,
        };
        seen.fact.arguments.push(Argument {
            name: None,
            literal: Some(json(&operator)),
            resolved: Some(operator.clone()),
            text: operator,
            span: redirect.operator,
        });
        Ok(())
    }

    pub(super) fn see(&mut self, kind: FactKind, name: &str, span: Span) -> &mut Seen {
        let (name, resolution) = (name.to_owned(), Resolution::Exact);
        let fact = Fact { kind, name, resolution, arguments: Vec::new(), span };
        self.survey.seen.push(Seen::plain(fact, span, Language::Bash));
        self.survey.seen.last_mut().expect("it was pushed")
    }
}
