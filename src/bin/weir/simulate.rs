//! `weir simulate` and `weir compare`.

use crate::Stop;
use crate::arguments::{Arguments, read};
use crate::interrupt;
use crate::output::{self, Format, Progress};
use crate::print::{self, Colours};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use weir::base::{Diagnostic, LineIndex};
use weir::simulation::compare::{Comparison, ComparisonReport};
use weir::simulation::report::Report;
use weir::simulation::run::{Budget, Merge, Simulation};
use weir::simulation::runner;
use weir::simulation::scenario::Scenario;

/// Executions between two looks at the clock.
const SLICE: Budget = Budget { executions: 200_000 };

/// `weir simulate SCENARIO`
pub fn simulate(mut arguments: Arguments) -> Result<bool, Stop> {
    interrupt::listen("the simulation");
    let format = Format::of(&mut arguments)?;
    let file = only(arguments, &["--format", "--json"])?;
    let text = read(&file)?;
    let mut progress = Progress::new();
    let played = play(&text, &mut |part| progress.show("simulating", part));
    progress.clear();
    let report = match played {
        Ok(report) => report,
        Err(findings) => return Ok(tell(&file, &text, &findings)),
    };
    print::out(&match format {
        Format::Json => output::json(&report),
        Format::Csv => report.csv(),
        Format::Markdown => report.markdown(),
        Format::Table => output::table(&report.markdown()),
    });
    Ok(true)
}

/// `weir compare COMPARISON`
pub fn compare(mut arguments: Arguments) -> Result<bool, Stop> {
    interrupt::listen("the comparison");
    let format = Format::of(&mut arguments)?;
    let file = only(arguments, &["--format", "--json"])?;
    let text = read(&file)?;
    let comparison = match Comparison::parse(&text) {
        Ok(comparison) => comparison,
        Err(findings) => return Ok(tell(&file, &text, &findings)),
    };
    let mut progress = Progress::new();
    let (mut reports, all) = (Vec::new(), comparison.alternatives.len() as f64);
    for (n, alternative) in comparison.alternatives.iter().enumerate() {
        let played = play(&alternative.document, &mut |part| progress.show(&alternative.name, (n as f64 + part) / all));
        match played {
            Ok(report) => reports.push(report),
            Err(findings) => {
                progress.clear();
                return Ok(tell(&alternative.name, &alternative.document, &findings));
            }
        }
    }
    progress.clear();
    let report = ComparisonReport::new(&comparison, &reports);
    print::out(&match format {
        Format::Json => output::json(&report),
        Format::Csv => report.csv(),
        Format::Markdown => report.markdown(),
        Format::Table => output::table(&report.markdown()),
    });
    Ok(true)
}

/// The one file that a command is about.
pub fn only(arguments: Arguments, options: &[&str]) -> Result<String, Stop> {
    let mut files = arguments.files(options)?;
    match (files.pop(), files.pop()) {
        (Some(file), None) => Ok(file),
        (_, other) => Err(Stop::Usage(format!("one file at a time, not `{}` too", other.unwrap_or_default()))),
    }
}

/// Says what is wrong with a document.
pub fn tell(file: &str, text: &str, findings: &[Diagnostic]) -> bool {
    let (lines, colours) = (LineIndex::new(text), Colours::of_errors());
    for finding in findings {
        eprint!("{}", print::diagnostic(file, text, &lines, finding, colours));
        if !finding.pointer.is_root() {
            eprintln!("  {}= at {}{}", colours.faint, finding.pointer, colours.end);
        }
    }
    false
}

/// Plays a scenario on all cores; the result does not depend on how many they are.
fn play(text: &str, show: &mut dyn FnMut(f64)) -> Result<Report, Vec<Diagnostic>> {
    let scenario = Rc::new(Scenario::parse(text)?);
    // The first block is played here: it holds the replication that charts show.
    let mut simulation = Simulation::new(Rc::clone(&scenario), runner(&scenario)?);
    let merge = Mutex::new(Merge::new(&scenario));
    let wanted = || merge.lock().unwrap_or_else(PoisonError::into_inner).wanted();
    let first = wanted();
    let helpers = std::thread::available_parallelism().map_or(1, usize::from) - 1;
    std::thread::scope(|threads| {
        for _ in 0..helpers {
            threads.spawn(|| {
                // Values are not shared between threads: each makes its own of the text.
                let Ok(scenario) = Scenario::parse(text).map(Rc::new) else { return };
                let Ok(runner) = runner(&scenario) else { return };
                let mut simulation = Simulation::new(scenario, runner);
                while let Some(block) = wanted() {
                    simulation.begin(block);
                    while !simulation.advance(SLICE).is_done {}
                    let done = simulation.take();
                    let mut merge = merge.lock().unwrap_or_else(PoisonError::into_inner);
                    done.into_iter().for_each(|block| merge.add(block));
                }
            });
        }
        let mut next = first;
        while let Some(block) = next {
            simulation.begin(block);
            while !simulation.advance(SLICE).is_done {
                show(merge.lock().unwrap_or_else(PoisonError::into_inner).progress());
            }
            let done = simulation.take();
            let mut merge = merge.lock().unwrap_or_else(PoisonError::into_inner);
            done.into_iter().for_each(|block| merge.add(block));
            show(merge.progress());
            next = merge.wanted();
        }
    });
    let merge = merge.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Report::new(&scenario, simulation.runner(), &merge, simulation.detail()))
}
