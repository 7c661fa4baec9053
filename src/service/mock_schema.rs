//! What the answers of services look like, as far as a mocked result of TestState is held against it (API reference of
//! each service). Actions that are not listed are not looked at.

use crate::base::{Object, Value};

/// How closely a mock is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Fields that must be there are, and those that are there are of the right type.
    Strict,
    /// Those that are there are of the right type.
    Present,
}

enum Field {
    Text,
    /// With at least one character.
    NotEmpty,
    Word(&'static [&'static str]),
    Number(f64, f64),
    Boolean,
    List(&'static Field),
    Structure(&'static [(&'static str, Field)]),
    /// An object of any members, or what is not looked at.
    Any,
}

use Field::{Any, Boolean, List, NotEmpty, Number, Structure, Text, Word};

const NUMBER: Field = Number(f64::NEG_INFINITY, f64::INFINITY);

type Fields = &'static [(&'static str, Field)];

/// One action: service, name, what its answer must have, and what it may have.
struct Action {
    service: &'static str,
    name: &'static str,
    required: &'static [&'static str],
    fields: Fields,
}

const CAPACITY: Field = Structure(&[
    ("TableName", Text),
    ("CapacityUnits", NUMBER),
    ("ReadCapacityUnits", NUMBER),
    ("WriteCapacityUnits", NUMBER),
    ("Table", Structure(&[("CapacityUnits", NUMBER), ("ReadCapacityUnits", NUMBER), ("WriteCapacityUnits", NUMBER)])),
]);

const WRITTEN: Fields = &[("Attributes", Any), ("ConsumedCapacity", CAPACITY), ("ItemCollectionMetrics", Any)];

const STORAGE: Field = Word(&[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
    "FSX_ONTAP",
]);

const ENCRYPTION: Field = Word(&["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"]);

const STATUS: Field = Word(&["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"]);

const STARTED: Fields = &[("ExecutionArn", NotEmpty), ("StartDate", Text)];

const ENTRY: Field = Structure(&[("EventId", Text), ("ErrorCode", Text), ("ErrorMessage", Text)]);

const FUNCTION: Field = Structure(&[
    ("FunctionName", Text),
    ("FunctionArn", Text),
    ("Runtime", Text),
    ("Role", Text),
    ("Handler", Text),
    ("CodeSize", NUMBER),
    ("Description", Text),
    ("Timeout", Number(1.0, f64::INFINITY)),
    ("MemorySize", Number(128.0, 10_240.0)),
    ("LastModified", Text),
    ("CodeSha256", Text),
    ("Version", Text),
    (
        "State",
        Word(&[
            "Pending",
            "Active",
            "Inactive",
            "Failed",
            "Deactivating",
            "Deactivated",
            "ActiveNonInvocable",
            "Deleting",
        ]),
    ),
    ("PackageType", Word(&["Zip", "Image"])),
]);

static ACTIONS: &[Action] = &[
    Action { service: "states", name: "startexecution", required: &["ExecutionArn", "StartDate"], fields: STARTED },
    Action { service: "sfn", name: "startexecution", required: &["ExecutionArn", "StartDate"], fields: STARTED },
    Action {
        service: "sfn",
        name: "startsyncexecution",
        required: &["ExecutionArn", "StartDate", "StopDate", "Status"],
        fields: &[
            ("ExecutionArn", NotEmpty),
            ("StateMachineArn", NotEmpty),
            ("Name", NotEmpty),
            ("StartDate", Text),
            ("StopDate", Text),
            ("Status", Word(&["SUCCEEDED", "FAILED", "TIMED_OUT"])),
            ("Error", Text),
            ("Cause", Text),
            ("Input", Text),
            ("Output", Text),
        ],
    },
    Action {
        service: "sfn",
        name: "describeexecution",
        required: &["ExecutionArn", "StateMachineArn", "Status", "StartDate"],
        fields: &[
            ("ExecutionArn", NotEmpty),
            ("StateMachineArn", NotEmpty),
            ("Name", NotEmpty),
            ("Status", STATUS),
            ("StartDate", Text),
            ("StopDate", Text),
            ("Input", Text),
            ("Output", Text),
            ("RedriveCount", Number(0.0, f64::INFINITY)),
        ],
    },
    Action {
        service: "events",
        name: "putevents",
        required: &[],
        fields: &[("FailedEntryCount", NUMBER), ("Entries", List(&ENTRY))],
    },
    Action {
        service: "eventbridge",
        name: "putevents",
        required: &[],
        fields: &[("FailedEntryCount", NUMBER), ("Entries", List(&ENTRY))],
    },
    Action { service: "dynamodb", name: "putitem", required: &[], fields: WRITTEN },
    Action { service: "dynamodb", name: "updateitem", required: &[], fields: WRITTEN },
    Action { service: "dynamodb", name: "deleteitem", required: &[], fields: WRITTEN },
    Action {
        service: "dynamodb",
        name: "getitem",
        required: &[],
        fields: &[("Item", Any), ("ConsumedCapacity", CAPACITY)],
    },
    Action {
        service: "dynamodb",
        name: "query",
        required: &[],
        fields: &[
            ("Items", List(&Any)),
            ("Count", NUMBER),
            ("ScannedCount", NUMBER),
            ("LastEvaluatedKey", Any),
            ("ConsumedCapacity", CAPACITY),
        ],
    },
    Action {
        service: "s3",
        name: "getobject",
        required: &[],
        fields: &[
            ("DeleteMarker", Boolean),
            ("AcceptRanges", Text),
            ("ContentLength", NUMBER),
            ("ContentType", Text),
            ("ContentEncoding", Text),
            ("ETag", Text),
            ("LastModified", Text),
            ("StorageClass", STORAGE),
            ("VersionId", Text),
            ("PartsCount", NUMBER),
            ("TagCount", NUMBER),
            ("Metadata", Any),
            ("ServerSideEncryption", Word(&["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"])),
        ],
    },
    Action {
        service: "s3",
        name: "putobject",
        required: &[],
        fields: &[
            ("ETag", Text),
            ("VersionId", Text),
            ("Expiration", Text),
            ("BucketKeyEnabled", Boolean),
            ("Size", NUMBER),
        ],
    },
    Action {
        service: "kms",
        name: "encrypt",
        required: &[],
        fields: &[("CiphertextBlob", NotEmpty), ("KeyId", NotEmpty), ("EncryptionAlgorithm", ENCRYPTION)],
    },
    Action {
        service: "kms",
        name: "decrypt",
        required: &[],
        fields: &[("Plaintext", NotEmpty), ("KeyId", NotEmpty), ("EncryptionAlgorithm", ENCRYPTION)],
    },
    Action {
        service: "lambda",
        name: "getfunction",
        required: &[],
        fields: &[("Configuration", FUNCTION), ("Code", Any), ("Tags", Any)],
    },
    Action {
        service: "lambda",
        name: "invoke",
        required: &[],
        fields: &[("StatusCode", NUMBER), ("FunctionError", Text), ("LogResult", Text), ("ExecutedVersion", NotEmpty)],
    },
    Action {
        service: "sqs",
        name: "sendmessage",
        required: &[],
        fields: &[("MessageId", Text), ("MD5OfMessageBody", Text), ("SequenceNumber", Text)],
    },
    Action { service: "sns", name: "publish", required: &[], fields: &[("MessageId", Text), ("SequenceNumber", Text)] },
];

/// What is wrong with a mocked answer of an action; of the optimised integration or of the AWS SDK's.
pub fn mistake(service: &str, action: &str, mock: &Value, mode: Mode) -> Option<String> {
    let known = ACTIONS
        .iter()
        .find(|known| known.service.eq_ignore_ascii_case(service) && known.name.eq_ignore_ascii_case(action))?;
    let object = mock.as_object()?;
    if mode == Mode::Strict
        && let Some(missing) = known.required.iter().find(|field| !object.contains_key(field))
    {
        return Some(format!("Required field '{missing}' is missing"));
    }
    of_fields(known.fields, object)
}

fn of_fields(fields: Fields, object: &Object) -> Option<String> {
    fields.iter().find_map(|(name, field)| of_field(name, field, object.get(name)?))
}

fn of_field(name: &str, field: &Field, value: &Value) -> Option<String> {
    let wrong = |what: &str| Some(format!("Field '{name}' {what}"));
    match (field, value) {
        (Any, _) => None,
        (Text | NotEmpty | Word(_), value) => match (value.as_str(), field) {
            (None, _) => wrong("must be a string"),
            (Some(""), NotEmpty) => wrong("is smaller than the minimum length"),
            (Some(text), Word(words)) if !words.contains(&text) => wrong("is not an expected value"),
            _ => None,
        },
        (Number(least, most), value) => match value.as_f64() {
            None => wrong("must be a number"),
            Some(number) if number < *least => wrong("is less than the minimum value"),
            Some(number) if number > *most => wrong("exceeds the maximum value"),
            Some(_) => None,
        },
        (Boolean, value) => value.as_bool().map_or_else(|| wrong("must be a boolean"), |_| None),
        (List(of), value) => match value.as_array() {
            None => wrong("must be an array"),
            Some(items) => items.iter().find_map(|item| of_field(name, of, item)),
        },
        (Structure(fields), value) => match value.as_object() {
            None => wrong("must be an object"),
            Some(object) => of_fields(fields, object),
        },
    }
}
