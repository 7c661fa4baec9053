/// The intrinsic functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

/// What a literal can be as an argument. What a path gives is seen when it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Takes {
    Anything,
    Text,
    Number,
    /// An array, which cannot be written as a literal.
    Array,
    /// An object, which cannot be written as a literal.
    Object,
    /// Anything but `true`: merging in depth does not exist.
    Shallow,
}

/// What a function is called with.
pub(super) struct Signature {
    pub takes: &'static [Takes],
    /// How many of them must be there.
    pub required: usize,
    /// What any number of further arguments is.
    pub rest: Option<Takes>,
}

impl Function {
    pub const ALL: [Function; 18] = {
        use Function::*;
        [
            Format,
            StringToJson,
            JsonToString,
            Array,
            ArrayPartition,
            ArrayContains,
            ArrayRange,
            ArrayGetItem,
            ArrayLength,
            ArrayUnique,
            Base64Encode,
            Base64Decode,
            Hash,
            JsonMerge,
            MathRandom,
            MathAdd,
            StringSplit,
            Uuid,
        ]
    };

    /// `States.Format`
    pub const fn name(self) -> &'static str {
        match self {
            Function::Format => "States.Format",
            Function::StringToJson => "States.StringToJson",
            Function::JsonToString => "States.JsonToString",
            Function::Array => "States.Array",
            Function::ArrayPartition => "States.ArrayPartition",
            Function::ArrayContains => "States.ArrayContains",
            Function::ArrayRange => "States.ArrayRange",
            Function::ArrayGetItem => "States.ArrayGetItem",
            Function::ArrayLength => "States.ArrayLength",
            Function::ArrayUnique => "States.ArrayUnique",
            Function::Base64Encode => "States.Base64Encode",
            Function::Base64Decode => "States.Base64Decode",
            Function::Hash => "States.Hash",
            Function::JsonMerge => "States.JsonMerge",
            Function::MathRandom => "States.MathRandom",
            Function::MathAdd => "States.MathAdd",
            Function::StringSplit => "States.StringSplit",
            Function::Uuid => "States.UUID",
        }
    }

    /// What it is called with, for people: `States.MathAdd(number, number)`.
    pub const fn usage(self) -> &'static str {
        match self {
            Function::Format => "States.Format('text with {}', value, …)",
            Function::StringToJson => "States.StringToJson(string)",
            Function::JsonToString => "States.JsonToString(value)",
            Function::Array => "States.Array(value, …)",
            Function::ArrayPartition => "States.ArrayPartition(array, size)",
            Function::ArrayContains => "States.ArrayContains(array, value)",
            Function::ArrayRange => "States.ArrayRange(first, last, step)",
            Function::ArrayGetItem => "States.ArrayGetItem(array, index)",
            Function::ArrayLength => "States.ArrayLength(array)",
            Function::ArrayUnique => "States.ArrayUnique(array)",
            Function::Base64Encode => "States.Base64Encode(string)",
            Function::Base64Decode => "States.Base64Decode(string)",
            Function::Hash => "States.Hash(string, 'SHA-256')",
            Function::JsonMerge => "States.JsonMerge(object, object, false)",
            Function::MathRandom => "States.MathRandom(from, below) or States.MathRandom(from, below, seed)",
            Function::MathAdd => "States.MathAdd(number, number)",
            Function::StringSplit => "States.StringSplit(string, separators)",
            Function::Uuid => "States.UUID()",
        }
    }

    pub(super) const fn signature(self) -> Signature {
        use Takes::{Anything, Array, Number, Object, Shallow, Text};
        const fn of(takes: &'static [Takes]) -> Signature {
            Signature { takes, required: takes.len(), rest: None }
        }
        match self {
            Function::Format => Signature { takes: &[Text], required: 1, rest: Some(Anything) },
            Function::StringToJson | Function::Base64Encode | Function::Base64Decode => of(&[Text]),
            Function::JsonToString => of(&[Anything]),
            // AWS gives a UUID whatever it is called with.
            Function::Array | Function::Uuid => Signature { takes: &[], required: 0, rest: Some(Anything) },
            Function::ArrayPartition | Function::ArrayGetItem => of(&[Array, Number]),
            Function::ArrayContains => of(&[Array, Anything]),
            Function::ArrayRange => of(&[Number, Number, Number]),
            Function::ArrayLength | Function::ArrayUnique => of(&[Array]),
            // AWS takes numbers for their texts.
            Function::Hash => of(&[Anything, Text]),
            Function::JsonMerge => of(&[Object, Object, Shallow]),
            Function::MathRandom => Signature { takes: &[Number, Number, Number], required: 2, rest: None },
            Function::MathAdd => of(&[Number, Number]),
            Function::StringSplit => of(&[Text, Text]),
        }
    }
}
