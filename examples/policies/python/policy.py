"""Commands that go through a shell, in Python.

The contract's names are in snake case: `default-severity` is `default_severity`.
"""

from wit_world import exports
from wit_world.imports.types import Finding, Interest, Manifest, Rule, Severity


class Policy(exports.Policy):
    def describe(self):
        return Manifest(
            id="no-shell",
            version="0.1.0",
            summary="commands that go through a shell",
            license="",
            docs_url=None,
            rules=[
                Rule(
                    id="shell-true",
                    title="a command goes through a shell",
                    default_severity=Severity.HIGH,
                    help="give the words of the command as a list, without `shell`",
                    docs_url=None,
                    tags=[],
                    attributes=[("cwe", "78")],
                )
            ],
            languages=["python"],
            settings_schema="",
            interests=[Interest("call", "subprocess.*")],
            queries=[],
            wants_source=False,
            always=False,
            attributes=[],
        )

    def validate_settings(self, settings):
        return []

    def check(self, settings, unit):
        findings = [
            Finding("shell-true", None, "", call.span, [], None, [])
            for call in unit.facts
            if any(one.name == "shell" and one.literal == "true" for one in call.arguments)
        ]
        # With more than the host takes, the policy would fail.
        return findings[:1000]
