//! The nodes of the grammars of JavaScript and TypeScript that carry meaning here.

use crate::kind::names;

names! {
    /// A node of these grammars.
    pub(crate) enum Kind {
        Arguments = "arguments",
        Array = "array",
        ArrayPattern = "array_pattern",
        ArrowFunction = "arrow_function",
        AsExpression = "as_expression" | "satisfies_expression" | "non_null_expression",
        Assignment = "assignment_expression",
        AssignmentPattern = "assignment_pattern" | "object_assignment_pattern",
        AugmentedAssignment = "augmented_assignment_expression",
        Await = "await_expression",
        Binary = "binary_expression",
        Block = "statement_block" | "switch_body" | "class_static_block",
        Boolean = "true" | "false" | "null",
        Call = "call_expression",
        CatchClause = "catch_clause",
        Class = "class_declaration" | "abstract_class_declaration",
        ClassExpression = "class",
        Comment = "comment" | "html_comment",
        Const = "'const'" | "'let'" | "'using'",
        ExportClause = "export_clause",
        ExportSpecifier = "export_specifier",
        ExportStatement = "export_statement",
        For = "for_statement",
        ExpressionStatement = "expression_statement",
        ForIn = "for_in_statement",
        FormalParameters = "formal_parameters",
        Fragment = "string_fragment" | "escape_sequence",
        Function = "function_declaration" | "generator_function_declaration",
        FunctionExpression = "function_expression" | "generator_function",
        Identifier = "identifier",
        If = "if_statement",
        Import = "import",
        ImportAlias = "import_alias",
        ImportClause = "import_clause",
        ImportRequire = "import_require_clause",
        ImportSpecifier = "import_specifier",
        ImportStatement = "import_statement",
        Loop = "while_statement" | "do_statement",
        Member = "member_expression" | "nested_identifier",
        Method = "method_definition",
        NamedImports = "named_imports",
        NamespaceImport = "namespace_import" | "namespace_export",
        New = "new_expression",
        Number = "number",
        Object = "object",
        ObjectPattern = "object_pattern",
        Pair = "pair",
        PairPattern = "pair_pattern",
        Parameter = "required_parameter" | "optional_parameter",
        Parenthesized = "parenthesized_expression",
        RegularExpression = "regex",
        RestPattern = "rest_pattern",
        Return = "return_statement",
        Sequence = "sequence_expression",
        Shorthand = "shorthand_property_identifier",
        ShorthandPattern = "shorthand_property_identifier_pattern",
        Spread = "spread_element",
        String = "string",
        Subscript = "subscript_expression",
        SwitchCase = "switch_case" | "switch_default",
        TemplateString = "template_string",
        TemplateSubstitution = "template_substitution",
        Ternary = "ternary_expression",
        Try = "try_statement",
        // Types are erased before the program runs: nothing in them is used.
        Type = "abstract_method_signature" | "ambient_declaration" | "array_type"
            | "asserts_annotation" | "conditional_type" | "constructor_type" | "function_signature"
            | "function_type" | "generic_type" | "implements_clause" | "index_type_query"
            | "infer_type" | "interface_declaration" | "intersection_type" | "literal_type"
            | "lookup_type" | "method_signature" | "nested_type_identifier" | "object_type"
            | "omitting_type_annotation" | "opting_type_annotation" | "parenthesized_type"
            | "readonly_type" | "template_literal_type" | "tuple_type" | "type_alias_declaration"
            | "type_annotation" | "type_arguments" | "type_parameters"
            | "type_predicate_annotation" | "type_query" | "union_type",
        This = "this",
        TypeAssertion = "type_assertion",
        TypeKeyword = "'type'" | "'typeof'",
        Unary = "unary_expression",
        Undefined = "undefined",
        Var = "'var'",
        VariableDeclaration = "variable_declaration",
        VariableDeclarator = "variable_declarator",
        Void = "'void'",
        With = "with_statement",
        Yield = "yield_expression",
    }
}
