//! A core module, taken apart as far as a split needs.

use std::collections::BTreeMap;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasmparser::{ExternalKind, FunctionBody, Name, Operator, Parser, Payload, TypeRef};

pub type Result<T> = std::result::Result<T, String>;

/// A function that the module defines.
pub struct Defined<'a> {
    pub type_index: u32,
    pub body: FunctionBody<'a>,
    /// The functions that it calls.
    pub calls: Vec<u32>,
}

#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<wasmparser::FuncType>,
    pub imports: Vec<wasmparser::Import<'a>>,
    /// The types of the imported functions, which have the first indices.
    pub imported: Vec<u32>,
    pub tables: Vec<wasmparser::Table<'a>>,
    pub memories: Vec<wasmparser::MemoryType>,
    pub globals: Vec<wasmparser::Global<'a>>,
    pub exports: Vec<wasmparser::Export<'a>>,
    pub start: Option<u32>,
    pub elements: Vec<wasmparser::Element<'a>>,
    /// The functions in tables: whoever has a number may call them.
    pub in_tables: Vec<u32>,
    pub data: Vec<wasmparser::Data<'a>>,
    pub defined: Vec<Defined<'a>>,
    pub names: BTreeMap<u32, &'a str>,
    /// Custom sections that must survive, such as the features that wasm-opt asks for.
    pub custom: Vec<(&'a str, &'a [u8])>,
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl<'a> Module<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Module<'a>> {
        let mut module = Module::default();
        let (mut types, mut bodies) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(told)? {
                Payload::TypeSection(section) => {
                    for kind in section.into_iter_err_on_gc_types() {
                        module.types.push(kind.map_err(told)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(told)?;
                        let TypeRef::Func(kind) = import.ty else {
                            return Err(format!("`{}` is imported and no function", import.name));
                        };
                        module.imported.push(kind);
                        module.imports.push(import);
                    }
                }
                Payload::FunctionSection(section) => {
                    for kind in section {
                        types.push(kind.map_err(told)?);
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        module.tables.push(table.map_err(told)?);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        module.memories.push(memory.map_err(told)?);
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        module.globals.push(global.map_err(told)?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        module.exports.push(export.map_err(told)?);
                    }
                }
                Payload::StartSection { func, .. } => module.start = Some(func),
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = element.map_err(told)?;
                        if let wasmparser::ElementItems::Functions(functions) = &element.items {
                            for function in functions.clone() {
                                module.in_tables.push(function.map_err(told)?);
                            }
                        } else {
                            return Err("an element segment of expressions".to_owned());
                        }
                        module.elements.push(element);
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        module.data.push(data.map_err(told)?);
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::CustomSection(section) if section.name() == "name" => {
                    let reader = wasmparser::BinaryReader::new(section.data(), section.data_offset());
                    for name in wasmparser::NameSectionReader::new(reader) {
                        if let Name::Function(functions) = name.map_err(told)? {
                            for naming in functions {
                                let naming = naming.map_err(told)?;
                                module.names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
                Payload::CustomSection(section) => module.custom.push((section.name(), section.data())),
                _ => {}
            }
        }
        for (type_index, body) in types.into_iter().zip(bodies) {
            let mut calls = Vec::new();
            for operator in body.get_operators_reader().map_err(told)? {
                match operator.map_err(told)? {
                    Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                        calls.push(function_index);
                    }
                    Operator::RefFunc { .. } | Operator::MemoryInit { .. } | Operator::DataDrop { .. } => {
                        return Err("a body that names a function, or a data segment, as a value".to_owned());
                    }
                    _ => {}
                }
            }
            calls.sort_unstable();
            calls.dedup();
            module.defined.push(Defined { type_index, body, calls });
        }
        Ok(module)
    }

    /// How many functions are imported: the index of the first that is defined.
    pub fn first(&self) -> u32 {
        self.imported.len() as u32
    }

    pub fn type_of(&self, function: u32) -> u32 {
        match self.imported.get(function as usize) {
            Some(kind) => *kind,
            None => self.defined[(function - self.first()) as usize].type_index,
        }
    }

    /// The functions that something outside of the bodies may call: by a number, by a name, or when all begins.
    pub fn entries(&self) -> impl Iterator<Item = u32> {
        let exported =
            self.exports.iter().filter(|export| export.kind == ExternalKind::Func).map(|export| export.index);
        self.in_tables.iter().copied().chain(exported).chain(self.start)
    }

    pub fn type_section(&self) -> Result<wasm_encoder::TypeSection> {
        let mut section = wasm_encoder::TypeSection::new();
        for kind in &self.types {
            section.ty().func_type(&RoundtripReencoder.func_type(kind.clone()).map_err(told)?);
        }
        Ok(section)
    }

    pub fn exported(&self, kind: ExternalKind, index: u32) -> Option<&'a str> {
        self.exports.iter().find(|export| export.kind == kind && export.index == index).map(|export| export.name)
    }
}

/// Writes a body anew, with other numbers for the functions.
pub struct Renumbered<F>(pub F);

impl<F: FnMut(u32) -> u32> Reencode for Renumbered<F> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> std::result::Result<u32, Error<Self::Error>> {
        Ok((self.0)(function))
    }
}
