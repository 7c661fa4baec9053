//! The report as tables for people.

use super::plain::{count, estimate, mean, number, percent};
use super::{Quantile, Report};
use std::fmt::Write;

impl Report {
    /// Tables and sentences in Markdown (GitHub's).
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "# {}\n", self.name.as_deref().unwrap_or("Simulation"))?;
        writeln!(
            out,
            "{} replications, {} executions, seed {}\n",
            count(self.replications),
            count(self.executions),
            self.seed
        )?;
        self.sentences.iter().try_for_each(|sentence| writeln!(out, "- {sentence}"))?;
        writeln!(out, "\n| version | started | failure rate | mean ms | p50 | p90 | p99 | transitions | USD |")?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
        for version in &self.versions {
            let quantile = |of: fn(&super::DurationReport) -> Quantile| {
                let quantile = version.duration.as_ref().map(of);
                quantile.map_or("–".to_owned(), |q| {
                    format!("{}{}", number(q.value), if q.enough { "" } else { " (few)" })
                })
            };
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                version.version,
                count(version.started),
                estimate(&version.failure_rate),
                version.duration.as_ref().map_or("–".to_owned(), |duration| number(duration.mean)),
                quantile(|duration| duration.p50),
                quantile(|duration| duration.p90),
                quantile(|duration| duration.p99),
                number(version.transitions_per_execution),
                number(version.cost.usd),
            )?;
        }
        if let Some(rollout) = &self.rollout {
            let optional = |value: Option<f64>| value.map_or("never".to_owned(), number);
            writeln!(out, "\n| {} | |\n|---|---|", rollout.strategy)?;
            writeln!(out, "| P(rollback) | {} |", estimate(&rollout.rollback))?;
            match rollout.exact.answer() {
                Some(answer) => writeln!(out, "| P(rollback), exact | {} |", percent(answer.passage.total()))?,
                None => writeln!(out, "| P(rollback), exact | does not apply |")?,
            }
            writeln!(out, "| median minutes to rollback | {} |", optional(rollout.detection.median))?;
            let detected = rollout.detection.mean_if_detected.as_ref();
            writeln!(out, "| mean minutes, if rolled back | {} |", detected.map_or("–".to_owned(), mean))?;
            writeln!(out, "| failures on the new version | {} |", mean(&rollout.blast.failed))?;
            writeln!(out, "| attributable to it | {} |", mean(&rollout.blast.attributable))?;
            writeln!(out, "| after the rollback | {} |", mean(&rollout.blast.after_rollback))?;
            if let Some(twin) = &rollout.false_rollback {
                writeln!(out, "| P(false rollback) | {} |", estimate(twin))?;
            }
            if let Some(twin) = rollout.false_refusal.as_ref().filter(|refused| refused.value > 0.0) {
                writeln!(out, "| P(false refusal) | {} |", estimate(twin))?;
            }
            if let Some(full) = &rollout.harmless_minutes_to_full {
                writeln!(out, "| minutes to 100 % of a version that changes nothing | {} |", mean(full))?;
            }
            if let Some(full) = &rollout.minutes_to_full {
                writeln!(out, "| minutes to 100 % | {} |", mean(full))?;
            }
        }
        if !self.alarms.is_empty() {
            writeln!(out, "\n| alarm | rule | ever in ALARM | periods breaching | periods without data |")?;
            writeln!(out, "|---|---|---|---|---|")?;
            for alarm in &self.alarms {
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    cell(&alarm.name),
                    alarm.rule,
                    estimate(&alarm.alarmed),
                    percent(alarm.breaching.value),
                    percent(alarm.missing.value)
                )?;
            }
        }
        if !self.warnings.is_empty() {
            writeln!(out, "\n## Warnings\n")?;
            for warning in &self.warnings {
                writeln!(out, "- {}. Mend: {}", warning.message, warning.mend)?;
            }
        }
        Ok(())
    }
}

/// A name must not end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
