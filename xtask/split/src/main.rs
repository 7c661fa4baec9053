//! `split IN FIRST LATER RULES`: splits a module in two that work as one.
//!
//! What comes later is what the lines of RULES name (parts of the paths of functions; `#` begins a comment), and what is
//! called by nothing else. In FIRST a stub stands for each such function that is called there, is exported or is in a table:
//! it calls the function through a table of its own, after it asked the page (the import that [`LOAD`] names) for LATER if
//! that is not there yet. LATER takes memory, tables, globals and functions from the exports of FIRST, fills that table, and
//! says in a global that it did.
//!
//! `split --list IN RULES` tells of each function when it comes, its size and its name.
//!
//! `split --watch IN OUT NAMES` makes every function tell by an exported global whether it has been called: by that the rules
//! are found.

mod module;

use module::{Module, Renumbered, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ConstExpr, EntityType, ExportKind, Function, Instruction};
use wasmparser::{ExternalKind, Operator};

/// How the name begins of the imported function that brings LATER before it returns (`src/worker/later.rs`). It takes
/// what is nothing here.
const LOAD: &str = "__wbg_later_";
/// The exports of FIRST that only LATER and the page's script look for.
const TABLE: &str = "later";
const LOADED: &str = "loaded";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--watch", input, output, names] => watch(input, output, names),
        ["--list", input, rules] => list(input, rules),
        [input, first, later, rules] => split(input, first, later, rules),
        _ => Err("say `split IN FIRST LATER RULES`, or `split --watch IN OUT NAMES`".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("split: {why}");
            ExitCode::FAILURE
        }
    }
}

fn read(path: &str) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{path}: {error}"))
}

fn write(path: &str, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| format!("{path}: {error}"))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Bytes of a body below which a rule does not hold: a stub would be no smaller, and compilers make one of small functions
/// that are the same, by the name of any.
const SMALL: usize = 120;

/// The functions that come later.
fn later(module: &Module<'_>, rules: &str) -> BTreeSet<u32> {
    let rules: Vec<&str> = rules
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|rule| !rule.is_empty())
        .collect();
    let (never, rules): (Vec<&str>, Vec<&str>) = rules.into_iter().partition(|rule| rule.starts_with('!'));
    let is_named = |function: u32| {
        if module.defined[(function - module.first()) as usize].body.range().len() < SMALL {
            return false;
        }
        let name = module.names.get(&function).copied().unwrap_or_default();
        let name = without_hashes(name);
        rules.iter().any(|rule| name.contains(rule)) && !never.iter().any(|rule| name.contains(&rule[1..]))
    };
    let functions = module.first()..module.first() + module.defined.len() as u32;
    let named: BTreeSet<u32> = functions.clone().filter(|function| is_named(*function)).collect();
    // What is reached without one of those is needed at once.
    let mut reached = BTreeSet::new();
    let mut ways: Vec<u32> = module.entries().collect();
    while let Some(function) = ways.pop() {
        if function < module.first() || named.contains(&function) || !reached.insert(function) {
            continue;
        }
        ways.extend(&module.defined[(function - module.first()) as usize].calls);
    }
    functions.filter(|function| !reached.contains(function)).collect()
}

fn list(input: &str, rules: &str) -> Result<()> {
    let bytes = read(input)?;
    let module = Module::parse(&bytes)?;
    let rules = String::from_utf8(read(rules)?).map_err(told)?;
    let later = later(&module, &rules);
    let mut list = String::new();
    for (function, defined) in (module.first()..).zip(&module.defined) {
        let when = if later.contains(&function) { "later" } else { "first" };
        let name = module.names.get(&function).copied().unwrap_or_default();
        list.push_str(&format!("{when}\t{}\t{}\n", defined.body.range().len(), without_hashes(name)));
    }
    print!("{list}");
    Ok(())
}

/// `weir[41be2295bdc6feea]::ui` → `weir::ui`: the hash of a crate is another one tomorrow.
fn without_hashes(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('[') {
        let (before, inside) = (&rest[..at], &rest[at + 1..]);
        plain.push_str(before);
        match inside.find(']') {
            Some(16) if inside[..16].bytes().all(|byte| byte.is_ascii_hexdigit()) => rest = &inside[17..],
            _ => {
                plain.push('[');
                rest = inside;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// What goes where, by the functions' numbers in the module that is split.
struct Plan {
    later: BTreeSet<u32>,
    /// The later functions that have a stub in the first part, and their places in the table between the parts.
    slots: BTreeMap<u32, i32>,
    /// The functions that the later part takes from the first, and the names under which it finds them.
    taken: BTreeMap<u32, String>,
    tables: Vec<String>,
    memories: Vec<String>,
    globals: Vec<String>,
    /// The import that brings the later part.
    load: u32,
}

impl Plan {
    fn of(module: &Module<'_>, rules: &str) -> Result<Plan> {
        let is_load = |import: &wasmparser::Import<'_>| import.name.starts_with(LOAD);
        let load = module.imports.iter().position(is_load).ok_or_else(|| format!("no import begins with `{LOAD}`"))?;
        let later = later(module, rules);
        let mut stubs: BTreeSet<u32> = module.entries().collect();
        let mut taken = BTreeSet::new();
        for (function, defined) in (module.first()..).zip(&module.defined) {
            if later.contains(&function) {
                taken.extend(defined.calls.iter().filter(|called| !later.contains(called)));
            } else {
                stubs.extend(&defined.calls);
            }
        }
        stubs.retain(|function| later.contains(function));
        let mut names = Names { next: 0 };
        let mut name =
            |kind: ExternalKind, index: u32| module.exported(kind, index).map_or_else(|| names.name(), str::to_owned);
        Ok(Plan {
            slots: stubs.into_iter().zip(0..).collect(),
            taken: taken.into_iter().map(|function| (function, name(ExternalKind::Func, function))).collect(),
            tables: (0..module.tables.len() as u32).map(|at| name(ExternalKind::Table, at)).collect(),
            memories: (0..module.memories.len() as u32).map(|at| name(ExternalKind::Memory, at)).collect(),
            globals: (0..module.globals.len() as u32).map(|at| name(ExternalKind::Global, at)).collect(),
            load: load as u32,
            later,
        })
    }
}

fn split(input: &str, first: &str, second: &str, rules: &str) -> Result<()> {
    let bytes = read(input)?;
    let module = Module::parse(&bytes)?;
    if module.names.is_empty() {
        return Err(format!("{input} has no names: it must be split before they are taken away"));
    }
    let rules = String::from_utf8(read(rules)?).map_err(told)?;
    let plan = Plan::of(&module, &rules)?;
    write(first, &first_module(&module, &plan)?)?;
    write(second, &later_module(&module, &plan)?)?;
    println!(
        "split: {} of {} functions come later; {} of them have stubs, and they take {} of the first",
        plan.later.len(),
        module.defined.len(),
        plan.slots.len(),
        plan.taken.len(),
    );
    Ok(())
}

/// Short names that no export has: those of wasm-bindgen do not begin with a digit.
struct Names {
    next: usize,
}

impl Names {
    fn name(&mut self) -> String {
        let mut rest = self.next;
        self.next += 1;
        let mut name = String::from("0");
        loop {
            name.push(char::from(b"abcdefghijklmnopqrstuvwxyz"[rest % 26]));
            rest /= 26;
            if rest == 0 {
                return name;
            }
        }
    }
}

fn first_module(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>> {
    let Plan { later, slots, taken, .. } = plan;
    // What is called by what comes later only has no number here.
    let mut numbers: BTreeMap<u32, u32> = (0..module.first()).map(|function| (function, function)).collect();
    for function in module.first()..module.first() + module.defined.len() as u32 {
        if !later.contains(&function) || slots.contains_key(&function) {
            numbers.insert(function, numbers.len() as u32);
        }
    }
    let number = |function: u32| numbers[&function];
    let mut renumbered = Renumbered(number);
    let mut out = wasm_encoder::Module::new();
    out.section(&module.type_section()?);

    let mut imports = wasm_encoder::ImportSection::new();
    for import in &module.imports {
        let kind = RoundtripReencoder.entity_type(import.ty).map_err(told)?;
        imports.import(import.module, import.name, kind);
    }
    out.section(&imports);

    let mut functions = wasm_encoder::FunctionSection::new();
    for function in numbers.keys().filter(|function| **function >= module.first()) {
        functions.function(module.type_of(*function));
    }
    out.section(&functions);

    let mut table_section = wasm_encoder::TableSection::new();
    for table in &module.tables {
        RoundtripReencoder.parse_table(&mut table_section, table.clone()).map_err(told)?;
    }
    table_section.table(slot_table(slots.len()));
    out.section(&table_section);

    let mut memory_section = wasm_encoder::MemorySection::new();
    for memory in &module.memories {
        memory_section.memory(RoundtripReencoder.memory_type(*memory).map_err(told)?);
    }
    out.section(&memory_section);

    let mut global_section = wasm_encoder::GlobalSection::new();
    for global in &module.globals {
        RoundtripReencoder.parse_global(&mut global_section, global.clone()).map_err(told)?;
    }
    global_section.global(LOADED_TYPE, &ConstExpr::i32_const(0));
    out.section(&global_section);

    let mut exports = wasm_encoder::ExportSection::new();
    let mut exported = BTreeSet::new();
    for export in &module.exports {
        renumbered.parse_export(&mut exports, *export).map_err(told)?;
        exported.insert(export.name.to_owned());
    }
    let mut export = |name: &str, kind: ExportKind, index: u32| {
        if exported.insert(name.to_owned()) {
            exports.export(name, kind, index);
        }
    };
    let spaces =
        [(&plan.tables, ExportKind::Table), (&plan.memories, ExportKind::Memory), (&plan.globals, ExportKind::Global)];
    for (names, kind) in spaces {
        for (index, name) in (0..).zip(names) {
            export(name, kind, index);
        }
    }
    for (function, name) in taken {
        export(name, ExportKind::Func, number(*function));
    }
    export(TABLE, ExportKind::Table, module.tables.len() as u32);
    export(LOADED, ExportKind::Global, module.globals.len() as u32);
    out.section(&exports);

    if let Some(start) = module.start {
        out.section(&wasm_encoder::StartSection { function_index: number(start) });
    }

    let mut elements = wasm_encoder::ElementSection::new();
    for element in &module.elements {
        renumbered.parse_element(&mut elements, element.clone()).map_err(told)?;
    }
    out.section(&elements);
    out.section(&wasm_encoder::DataCountSection { count: module.data.len() as u32 });

    let mut code = wasm_encoder::CodeSection::new();
    for function in numbers.keys().filter(|function| **function >= module.first()) {
        let defined = &module.defined[(function - module.first()) as usize];
        let Some(slot) = slots.get(function) else {
            renumbered.parse_function_body(&mut code, defined.body.clone()).map_err(told)?;
            continue;
        };
        let mut stub = Function::new([]);
        stub.instruction(&Instruction::GlobalGet(module.globals.len() as u32));
        stub.instruction(&Instruction::I32Eqz);
        stub.instruction(&Instruction::If(wasm_encoder::BlockType::Empty));
        stub.instruction(&Instruction::RefNull(wasm_encoder::HeapType::EXTERN));
        stub.instruction(&Instruction::Call(plan.load));
        stub.instruction(&Instruction::End);
        for local in 0..module.types[defined.type_index as usize].params().len() as u32 {
            stub.instruction(&Instruction::LocalGet(local));
        }
        stub.instruction(&Instruction::I32Const(*slot));
        let table_index = module.tables.len() as u32;
        stub.instruction(&Instruction::CallIndirect { type_index: defined.type_index, table_index });
        stub.instruction(&Instruction::End);
        code.function(&stub);
    }
    out.section(&code);

    let mut data_section = wasm_encoder::DataSection::new();
    for data in &module.data {
        RoundtripReencoder.parse_data(&mut data_section, data.clone()).map_err(told)?;
    }
    out.section(&data_section);
    custom(module, &mut out);
    Ok(out.finish())
}

const LOADED_TYPE: wasm_encoder::GlobalType =
    wasm_encoder::GlobalType { val_type: wasm_encoder::ValType::I32, mutable: true, shared: false };

fn slot_table(slots: usize) -> wasm_encoder::TableType {
    wasm_encoder::TableType {
        element_type: wasm_encoder::RefType::FUNCREF,
        table64: false,
        minimum: slots as u64,
        maximum: None,
        shared: false,
    }
}

fn custom(module: &Module<'_>, out: &mut wasm_encoder::Module) {
    for (name, data) in &module.custom {
        out.section(&wasm_encoder::CustomSection { name: (*name).into(), data: (*data).into() });
    }
}

fn later_module(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>> {
    let Plan { later, slots, taken, .. } = plan;
    // Where the first one is: `www/` gives its exports under this name.
    const FIRST: &str = "0";
    let mut out = wasm_encoder::Module::new();
    let mut types = module.type_section()?;
    types.ty().function([], []);
    out.section(&types);

    let mut imports = wasm_encoder::ImportSection::new();
    for (function, name) in taken {
        imports.import(FIRST, name, EntityType::Function(module.type_of(*function)));
    }
    for (table, name) in module.tables.iter().zip(&plan.tables) {
        imports.import(FIRST, name, RoundtripReencoder.table_type(table.ty).map_err(told)?);
    }
    imports.import(FIRST, TABLE, slot_table(slots.len()));
    for (memory, name) in module.memories.iter().zip(&plan.memories) {
        imports.import(FIRST, name, RoundtripReencoder.memory_type(*memory).map_err(told)?);
    }
    for (global, name) in module.globals.iter().zip(&plan.globals) {
        imports.import(FIRST, name, RoundtripReencoder.global_type(global.ty).map_err(told)?);
    }
    imports.import(FIRST, LOADED, LOADED_TYPE);
    out.section(&imports);

    let numbers: BTreeMap<u32, u32> = taken.keys().chain(later).copied().zip(0..).collect();
    let start = numbers.len() as u32;
    let mut functions = wasm_encoder::FunctionSection::new();
    for function in later {
        functions.function(module.type_of(*function));
    }
    functions.function(module.types.len() as u32);
    out.section(&functions);
    out.section(&wasm_encoder::StartSection { function_index: start });

    let mut elements = wasm_encoder::ElementSection::new();
    let in_slots: Vec<u32> = slots.keys().map(|function| numbers[function]).collect();
    elements.active(
        Some(module.tables.len() as u32),
        &ConstExpr::i32_const(0),
        wasm_encoder::Elements::Functions(in_slots.into()),
    );
    out.section(&elements);

    let mut code = wasm_encoder::CodeSection::new();
    let mut renumbered = Renumbered(|function: u32| numbers[&function]);
    for function in later {
        let body = module.defined[(function - module.first()) as usize].body.clone();
        renumbered.parse_function_body(&mut code, body).map_err(told)?;
    }
    let mut done = Function::new([]);
    done.instruction(&Instruction::I32Const(1));
    done.instruction(&Instruction::GlobalSet(module.globals.len() as u32));
    done.instruction(&Instruction::End);
    code.function(&done);
    out.section(&code);
    custom(module, &mut out);
    Ok(out.finish())
}

/// Each function sets the exported global `#N` when it is called; NAMES has its size and its name in line N.
fn watch(input: &str, output: &str, names: &str) -> Result<()> {
    let bytes = read(input)?;
    let module = Module::parse(&bytes)?;
    let mut out = wasm_encoder::Module::new();
    let first_global = module.globals.len() as u32;
    let mut list = String::new();
    out.section(&module.type_section()?);
    let mut imports = wasm_encoder::ImportSection::new();
    for import in &module.imports {
        imports.import(import.module, import.name, RoundtripReencoder.entity_type(import.ty).map_err(told)?);
    }
    out.section(&imports);
    let mut functions = wasm_encoder::FunctionSection::new();
    for defined in &module.defined {
        functions.function(defined.type_index);
    }
    out.section(&functions);
    let mut tables = wasm_encoder::TableSection::new();
    for table in &module.tables {
        RoundtripReencoder.parse_table(&mut tables, table.clone()).map_err(told)?;
    }
    out.section(&tables);
    let mut memories = wasm_encoder::MemorySection::new();
    for memory in &module.memories {
        memories.memory(RoundtripReencoder.memory_type(*memory).map_err(told)?);
    }
    out.section(&memories);
    let mut globals = wasm_encoder::GlobalSection::new();
    for global in &module.globals {
        RoundtripReencoder.parse_global(&mut globals, global.clone()).map_err(told)?;
    }
    for _ in &module.defined {
        globals.global(LOADED_TYPE, &ConstExpr::i32_const(0));
    }
    out.section(&globals);
    let mut exports = wasm_encoder::ExportSection::new();
    for export in &module.exports {
        RoundtripReencoder.parse_export(&mut exports, *export).map_err(told)?;
    }
    for at in 0..module.defined.len() as u32 {
        exports.export(&format!("#{at}"), ExportKind::Global, first_global + at);
    }
    out.section(&exports);
    if let Some(start) = module.start {
        out.section(&wasm_encoder::StartSection { function_index: start });
    }
    let mut elements = wasm_encoder::ElementSection::new();
    for element in &module.elements {
        RoundtripReencoder.parse_element(&mut elements, element.clone()).map_err(told)?;
    }
    out.section(&elements);
    let mut code = wasm_encoder::CodeSection::new();
    for (at, defined) in (0..).zip(&module.defined) {
        let mut body = RoundtripReencoder.new_function_with_parsed_locals(&defined.body).map_err(told)?;
        body.instruction(&Instruction::I32Const(1));
        body.instruction(&Instruction::GlobalSet(first_global + at));
        let operators = defined.body.get_operators_reader().map_err(told)?;
        for operator in operators {
            let operator: Operator<'_> = operator.map_err(told)?;
            body.instruction(&RoundtripReencoder.instruction(operator).map_err(told)?);
        }
        code.function(&body);
        let name = module.names.get(&(module.first() + at)).copied().unwrap_or_default();
        list.push_str(&format!("{}\t{}\n", defined.body.range().len(), without_hashes(name)));
    }
    out.section(&code);
    let mut data_section = wasm_encoder::DataSection::new();
    for data in &module.data {
        RoundtripReencoder.parse_data(&mut data_section, data.clone()).map_err(told)?;
    }
    out.section(&data_section);
    write(output, &out.finish())?;
    write(names, list.as_bytes())
}
