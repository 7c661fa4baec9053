//! The driver of the benchmarks, native and in the browser.

use std::rc::Rc;
use weir::asl::Program;
use weir::base::{Delay, Key, Time, Value};
use weir::engine::agenda::Agenda;
use weir::engine::{Answer, Effect, Execution, Identity, Limits, Record, Start, Status, Token};

/// Runs one execution to its end: each task is answered `ok` after a latency draw.
pub fn run<R: Record>(
    program: &Rc<Program>,
    input: &Value,
    identity: &Rc<Identity>,
    key: Key,
    agenda: &mut Agenda<(Token, Answer)>,
    ok: &Value,
    record: &mut R,
) -> Status {
    let mut now = Time::ZERO;
    let start = Start { input: input.clone(), identity: Rc::clone(identity), key, limits: Limits::default() };
    let mut execution = Execution::start(Rc::clone(program), start, now, record);
    loop {
        while execution.step(now, record).is_moved() {}
        while let Some(effect) = execution.poll_effect() {
            match effect {
                Effect::Invoke(invoke) => {
                    let latency = -libm::log(1.0 - invoke.key.with_str("latency").uniform());
                    agenda.add(now + Delay::from_secs_f64(latency), (invoke.token, Answer::Succeeded(ok.clone())));
                }
                Effect::Sleep { token, until } => agenda.add(until, (token, Answer::Woken)),
                Effect::Cancel { .. } => {}
            }
        }
        let Some((at, (token, answer))) = agenda.next() else { return execution.status() };
        now = at;
        execution.resolve(token, answer, now, record);
    }
}
