//! The library's side of the benchmarks in a browser: `cargo xtask bench --only browser`.

#[path = "../drive/mod.rs"]
mod drive;

use std::rc::Rc;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;
use weir::asl::{Definition, Program, compile};
use weir::base::special::{ln, normal_quantile};
use weir::base::{Key, Value};
use weir::engine::agenda::Agenda;
use weir::engine::{Answer, Identity, Log, Record, Status, Tally, Token};
use weir::simulation::run::{BLOCK, Budget, Simulation};
use weir::simulation::runner::Runner;
use weir::simulation::scenario::Scenario;
use weir::simulation::{self, tree::Tree};

/// A definition and an input, ready to be run. Tasks are answered `{"status":"OK"}`.
#[wasm_bindgen]
pub struct Runs {
    program: Rc<Program>,
    input: Value,
    identity: Rc<Identity>,
    ok: Value,
    agenda: Agenda<(Token, Answer)>,
    /// How many were run: no two of them draw the same.
    count: u64,
}

#[wasm_bindgen]
impl Runs {
    /// # Errors
    /// When the definition does not compile, or the input is no JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(definition: &str, input: &str) -> Result<Runs, JsError> {
        let program = compile(&Definition::parse(definition)).map_err(|error| JsError::new(&error.message))?;
        Ok(Runs {
            program: Rc::new(program),
            input: Value::parse(input)?,
            identity: Rc::default(),
            ok: Value::parse(r#"{"status":"OK"}"#)?,
            agenda: Agenda::new(),
            count: 0,
        })
    }

    /// Interprets so many executions and counts them; how many succeeded.
    pub fn tally(&mut self, executions: u32) -> u32 {
        let mut tally = Tally::default();
        (0..executions).filter(|_| self.next(&mut tally) == Status::Succeeded).count() as u32
    }

    /// Interprets so many executions, each with its history; how many succeeded.
    pub fn histories(&mut self, executions: u32) -> u32 {
        let mut succeeded = 0;
        for _ in 0..executions {
            let mut log = Log::default();
            succeeded += u32::from(self.next(&mut log) == Status::Succeeded);
            std::hint::black_box(log);
        }
        succeeded
    }

    fn next<R: Record>(&mut self, record: &mut R) -> Status {
        self.count += 1;
        let key = Key::new(7).with(self.count);
        drive::run(&self.program, &self.input, &self.identity, key, &mut self.agenda, &self.ok, record)
    }
}

/// A scenario, ready to be played block by block.
#[wasm_bindgen]
pub struct Plays {
    simulation: Simulation<Tree>,
    blocks: u32,
}

#[wasm_bindgen]
impl Plays {
    /// # Errors
    /// All that is wrong with the document.
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Plays, JsError> {
        let told = |findings: Vec<weir::base::Diagnostic>| {
            let messages = findings.iter().map(|finding| format!("{}: {}", finding.pointer, finding.message));
            JsError::new(&messages.collect::<Vec<_>>().join("; "))
        };
        let scenario = Rc::new(Scenario::parse(document).map_err(told)?);
        let runner = simulation::runner(&scenario).map_err(told)?;
        let blocks = scenario.effort.most().div_ceil(BLOCK) as u32;
        Ok(Plays { simulation: Simulation::new(scenario, runner), blocks })
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> u32 {
        self.blocks
    }

    /// Plays a block; how many executions it was.
    pub fn play(&mut self, block: u32) -> f64 {
        self.simulation.begin(u64::from(block));
        while !self.simulation.advance(Budget { executions: 1_000_000 }).is_done {}
        let tally = self.simulation.take().map(|block| block.tally).unwrap_or_default();
        tally.versions.iter().map(|version| version.started).sum::<u64>() as f64
    }

    /// The share of executions that were interpreted.
    pub fn interpreted(&self) -> f64 {
        self.simulation.runner().coverage().share()
    }
}

/// What somebody would write by hand for this one scenario and no other: the order workflow with Retry on Charge, Poisson
/// starts, failures by minute. No tree, no keys, no report, no alarm.
#[wasm_bindgen]
pub fn by_hand(executions: u32, per_min: f64, lognormal: bool) -> u32 {
    let mut state = 7_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let minutes = (f64::from(executions) / per_min) as usize + 1;
    let (mut failed, mut succeeded) = (vec![0_u32; minutes + 60], 0);
    let (mut now, mut total) = (0.0, 0.0);
    for _ in 0..executions {
        now -= ln(1.0 - uniform()) * 60.0 / per_min;
        let p = if uniform() < 0.1 { 0.05 } else { 0.01 };
        let mut end = now;
        let mut wait = 1.0;
        let mut good = false;
        for attempt in 0..4 {
            let u = uniform();
            end += if lognormal { libm::exp(0.5 * normal_quantile(u)) } else { -ln(1.0 - u) };
            good = uniform() >= p;
            if good || attempt == 3 {
                break;
            }
            end += wait;
            wait *= 2.0;
        }
        total += end - now;
        succeeded += u32::from(good);
        if let Some(minute) = failed.get_mut((end / 60.0) as usize) {
            *minute += u32::from(!good);
        }
    }
    std::hint::black_box((failed, total));
    succeeded
}
