//! From what is imported to the package that it comes with: looked up, never guessed.

use std::collections::BTreeMap;

use lazaret_analysis::{Analyser, KnownBy, Language, Package, Project, SourceFile};

fn packages_by(analyser: &Analyser, program: &str) -> Vec<(String, Package)> {
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: "a.py".to_owned(), language: Language::Python, contents };
    let analysis = analyser.analyse(&file, &Project::default()).unwrap();
    analysis.dependencies.into_iter().map(|one| (one.name, one.package)).collect()
}

fn packages(program: &str) -> Vec<(String, Package)> {
    packages_by(&Analyser::default(), program)
}

/// The names of the packages; of what is not known, a question mark.
fn names(program: &str) -> Vec<String> {
    let name = |package: Package| package.name().unwrap_or("?").to_owned();
    packages(program).into_iter().map(|(_, package)| name(package)).collect()
}

#[test]
fn modules_with_other_names_than_their_distribution_are_found() {
    let known = [
        ("sklearn", "scikit-learn"),
        ("yaml", "pyyaml"),
        ("PIL", "pillow"),
        ("bs4", "beautifulsoup4"),
        ("dateutil.parser", "python-dateutil"),
        ("dotenv", "python-dotenv"),
        ("Crypto.Cipher", "pycryptodome"),
        ("jwt", "pyjwt"),
        ("docx", "python-docx"),
        ("fitz", "pymupdf"),
        ("serial", "pyserial"),
        ("usb", "pyusb"),
        ("magic", "python-magic"),
        ("Levenshtein", "levenshtein"),
        ("MySQLdb", "mysqlclient"),
        ("attr", "attrs"),
        ("grpc", "grpcio"),
        ("git", "gitpython"),
        ("github", "pygithub"),
        ("telegram.ext", "python-telegram-bot"),
        ("OpenSSL", "pyopenssl"),
        ("zmq", "pyzmq"),
        ("win32com.client", "pywin32"),
        ("ruamel.yaml", "ruamel-yaml"),
        ("rest_framework", "djangorestframework"),
        ("azure.storage.blob", "azure-storage-blob"),
        ("azure.mgmt.compute.models", "azure-mgmt-compute"),
        ("opentelemetry.trace", "opentelemetry-api"),
        ("opentelemetry.instrumentation.flask", "opentelemetry-instrumentation-flask"),
        ("google.protobuf", "protobuf"),
        ("google.cloud.kms_v1.types", "google-cloud-kms"),
    ];
    for (module, distribution) in known {
        assert_eq!(names(&format!("import {module}")), [distribution], "{module}");
    }
}

#[test]
fn parts_of_a_shared_name_come_with_different_distributions() {
    let program = "from google.cloud import storage, bigquery, nothing_known\n\
                   import google.auth.transport\nimport google.auth as auth\n";
    let expected = ["google-cloud-storage", "google-cloud-bigquery", "?", "google-auth"];
    assert_eq!(names(program), expected);
}

#[test]
fn a_name_that_nobody_is_known_to_ship_is_not_guessed() {
    let program = "import utils, my_own_helpers, google, azure\n";
    assert!(packages(program).iter().all(|(_, package)| *package == Package::Unresolved));
}

#[test]
fn where_several_can_be_meant_all_are_told() {
    let Package::OneOf(candidates) = &packages("import cv2")[0].1 else { panic!() };
    assert_eq!(candidates[..2], ["opencv-python", "opencv-python-headless"]);
    let Package::Known { also, by, .. } = &packages("import jwt")[0].1 else { panic!() };
    assert_eq!((also[0].as_str(), *by), ("jwt", KnownBy::Table));
}

#[test]
fn the_same_name_counts_where_the_distribution_ships_the_module() {
    for module in ["requests", "numpy", "flask_cors", "typing_extensions"] {
        let name = module.replace('_', "-");
        assert_eq!(names(&format!("import {module}")), [name], "{module}");
    }
    let Package::Known { versions, .. } = &packages("import pkg_resources")[0].1 else { panic!() };
    assert_eq!(versions, "<82");
}

#[test]
fn a_configuration_comes_first() {
    let distributions = [("yaml", "Our.Yaml"), ("company.tools", "company-tools>=2")];
    let distributions: BTreeMap<String, String> =
        distributions.map(|(module, name)| (module.to_owned(), name.to_owned())).into();
    let analyser = Analyser::default().with_distributions(distributions).unwrap();
    let found =
        packages_by(&analyser, "import yaml\nfrom company.tools.a import b\nimport company");
    let names: Vec<_> = found.iter().map(|(_, package)| package.name()).collect();
    assert_eq!(names, [Some("our-yaml"), Some("company-tools"), None]);
}

#[test]
fn a_configuration_names_distributions_and_nothing_else() {
    for wrong in ["a b", "-r x", "a @ https://example.org", "a[b]", "a; os_name == 'nt'", ""] {
        let distributions = [("a".to_owned(), wrong.to_owned())].into();
        assert!(Analyser::default().with_distributions(distributions).is_err(), "{wrong}");
    }
}
