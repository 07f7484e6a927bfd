//! The nodes of Bash's grammar that carry meaning here.

use crate::kind::names;

names! {
    /// A node of Bash's grammar.
    pub(crate) enum Kind {
        Ampersand = "'&'",
        AnsiString = "ansi_c_string",
        Array = "array",
        Branch = "if_statement" | "case_statement" | "subshell" | "list",
        Command = "command",
        CommandName = "command_name",
        CommandSubstitution = "command_substitution",
        Compound = "compound_statement" | "negated_command" | "do_group",
        Concatenation = "concatenation",
        Declaration = "declaration_command",
        Error = "ERROR",
        Expansion = "expansion" | "simple_expansion",
        FileRedirect = "file_redirect",
        For = "for_statement",
        Function = "function_definition",
        HereBody = "heredoc_body",
        HereContent = "heredoc_content",
        HereDocument = "heredoc_redirect",
        HereString = "herestring_redirect",
        Loop = "while_statement" | "c_style_for_statement",
        Pipeline = "pipeline",
        PlusAssign = "'+='",
        ProcessSubstitution = "process_substitution",
        RawString = "raw_string",
        Redirected = "redirected_statement",
        String = "string",
        StringContent = "string_content",
        Translated = "translated_string",
        Unset = "unset_command",
        VariableAssignment = "variable_assignment",
        Word = "word" | "number",
    }
}
