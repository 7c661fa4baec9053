//! The report as tables for spreadsheets.

use super::{Report, minutes};
use std::fmt::Write;

impl Report {
    /// A line per replication (RFC 4180). Minutes are empty where something never came.
    pub fn csv(&self) -> String {
        let mut out = String::from(
            "replication,ending,first_shift_min,rolled_back_min,full_min,started_old,started_new,failed_old,failed_new,\
             attributable,after_rollback,in_flight,dropped,transitions_old,transitions_new,billed_s_old,billed_s_new\r\n",
        );
        for (n, row) in self.rows.iter().enumerate() {
            let minute = |nanos: u64| minutes(nanos).map_or(String::new(), |minutes| minutes.to_string());
            // Writing to a string cannot fail.
            let _ = write!(
                out,
                "{n},{:?},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
                row.ending,
                minute(row.first_shift),
                minute(row.rolled_back),
                minute(row.full),
                row.started.old,
                row.started.new,
                row.failed.old,
                row.failed.new,
                row.attributable,
                row.after_rollback,
                row.in_flight,
                row.dropped,
                row.transitions.old,
                row.transitions.new,
                row.billed.old as f64 / 10.0,
                row.billed.new as f64 / 10.0,
            );
        }
        out
    }

    /// A line per minute: means of one replication.
    pub fn series_csv(&self) -> String {
        let mut out =
            String::from("minute,weight,started_old,started_new,closed_old,closed_new,failed_old,failed_new\r\n");
        let series = &self.series;
        for (minute, weight) in series.weight.iter().enumerate() {
            let _ = write!(out, "{minute},{weight}");
            for columns in [&series.started, &series.closed, &series.failed] {
                for column in columns.iter() {
                    let _ = write!(out, ",{}", column.get(minute).copied().unwrap_or(0.0));
                }
            }
            out.push_str("\r\n");
        }
        out
    }
}
