//! What was designed here as the tools write it that deploy it: CloudFormation, SAM, the AWS CDK and Terraform.
//!
//! A template says what there shall be, so it is of one version: the newest that the alias leads to. What was before is
//! in the stack already. What a tool cannot do comes back as a note, and stands in the text as well.
//!
//! ```
//! use weir::workspace::{Workspace, export::{Format, export}};
//! let made = export(&Workspace::example(), None, Format::CloudFormation).unwrap();
//! assert!(made.text.contains("AWS::StepFunctions::StateMachineAlias"));
//! ```

mod cdk;
mod cloud_formation;
mod design;
mod terraform;

use super::Workspace;
use design::Design;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A template in JSON.
    CloudFormation,
    /// A template with `AWS::Serverless::StateMachine`, in JSON.
    Sam,
    /// A stack in TypeScript.
    Cdk,
    /// A module in HCL.
    Terraform,
}

impl Format {
    /// As arguments and file names have them.
    pub const WORDS: [(&str, Format); 4] = [
        ("cloudformation", Format::CloudFormation),
        ("sam", Format::Sam),
        ("cdk", Format::Cdk),
        ("terraform", Format::Terraform),
    ];

    /// The name of a file for it.
    pub fn file(self, machine: &str) -> String {
        match self {
            Format::CloudFormation => format!("{machine}.template.json"),
            Format::Sam => format!("{machine}.sam.json"),
            Format::Cdk => format!("{machine}-stack.ts"),
            Format::Terraform => format!("{machine}.tf"),
        }
    }
}

/// A text for another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub text: String,
    /// What the tool does otherwise than the workspace says, a sentence each; they stand in the text, too.
    pub notes: Vec<String>,
}

/// The machine that is looked at, the version that the alias leads to (the first alias, where none is named), the alarms
/// and the strategy of the scenario.
///
/// # Errors
/// Why there is nothing to write.
pub fn export(workspace: &Workspace, alias: Option<&str>, format: Format) -> Result<Export, String> {
    let mut design = Design::of(workspace, alias)?;
    let text = match format {
        Format::CloudFormation => cloud_formation::template(&mut design),
        Format::Sam => cloud_formation::serverless(&mut design)?,
        Format::Cdk => cdk::stack(&mut design),
        Format::Terraform => terraform::module(&mut design),
    };
    Ok(Export { text, notes: design.notes })
}

#[cfg(test)]
mod tests;
