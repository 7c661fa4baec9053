//! What AWS can call.

use crate::asl::program::Pattern;

/// The optimised integrations of Step Functions: service, action, and whether `.sync` and `.waitForTaskToken` work with
/// it. (Developer guide, "Integrating services".)
const INTEGRATIONS: &[(&str, &str, bool, bool)] = &[
    ("apigateway", "invoke", false, true),
    ("athena", "getQueryExecution", false, false),
    ("athena", "getQueryResults", false, false),
    ("athena", "startQueryExecution", true, false),
    ("athena", "stopQueryExecution", false, false),
    ("batch", "submitJob", true, true),
    ("bedrock", "createModelCustomizationJob", true, false),
    ("bedrock", "invokeModel", false, false),
    ("codebuild", "batchDeleteBuilds", false, false),
    ("codebuild", "deleteBuildBatch", false, false),
    ("codebuild", "retryBuildBatch", true, false),
    ("codebuild", "startBuild", true, false),
    ("codebuild", "startBuildBatch", true, false),
    ("codebuild", "stopBuild", false, false),
    ("codebuild", "stopBuildBatch", false, false),
    ("databrew", "startJobRun", true, false),
    ("dynamodb", "deleteItem", false, false),
    ("dynamodb", "getItem", false, false),
    ("dynamodb", "putItem", false, false),
    ("dynamodb", "updateItem", false, false),
    ("ecs", "runTask", true, true),
    ("eks", "call", false, false),
    ("eks", "createCluster", true, false),
    ("eks", "createFargateProfile", true, false),
    ("eks", "createNodegroup", true, false),
    ("eks", "deleteCluster", true, false),
    ("eks", "deleteFargateProfile", true, false),
    ("eks", "deleteNodegroup", true, false),
    ("eks", "runJob", true, false),
    ("elasticmapreduce", "addStep", true, false),
    ("elasticmapreduce", "cancelStep", false, false),
    ("elasticmapreduce", "createCluster", true, false),
    ("elasticmapreduce", "modifyInstanceFleetByName", false, false),
    ("elasticmapreduce", "modifyInstanceGroupByName", false, false),
    ("elasticmapreduce", "setClusterTerminationProtection", false, false),
    ("elasticmapreduce", "terminateCluster", true, false),
    ("emr-containers", "createVirtualCluster", false, false),
    ("emr-containers", "deleteVirtualCluster", true, false),
    ("emr-containers", "startJobRun", true, false),
    ("emr-serverless", "cancelJobRun", true, false),
    ("emr-serverless", "createApplication", true, false),
    ("emr-serverless", "deleteApplication", true, false),
    ("emr-serverless", "startApplication", true, false),
    ("emr-serverless", "startJobRun", true, false),
    ("emr-serverless", "stopApplication", true, false),
    ("events", "putEvents", false, true),
    ("glue", "startJobRun", true, false),
    ("http", "invoke", false, false),
    ("lambda", "invoke", false, true),
    ("mediaconvert", "createJob", true, false),
    ("sagemaker", "createEndpoint", false, false),
    ("sagemaker", "createEndpointConfig", false, false),
    ("sagemaker", "createHyperParameterTuningJob", true, false),
    ("sagemaker", "createLabelingJob", true, false),
    ("sagemaker", "createModel", false, false),
    ("sagemaker", "createProcessingJob", true, false),
    ("sagemaker", "createTrainingJob", true, false),
    ("sagemaker", "createTransformJob", true, false),
    ("sagemaker", "updateEndpoint", false, false),
    ("sns", "publish", false, true),
    ("sqs", "sendMessage", false, true),
    ("states", "startExecution", true, true),
];

/// What a Map in distributed mode may read and write with.
const MAP_INTEGRATIONS: &[&str] = &["getObject", "listObjectsV2", "putObject"];

/// Where a Resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Task,
    Map,
}

/// Whether AWS takes an integration. `action` is without its pattern.
pub fn is_known(service: &str, action: &str, pattern: Pattern, version_2: bool, used: Use) -> bool {
    if let Some(name) = service.strip_prefix("aws-sdk:") {
        // Every action of every service; which there are is not for us to list.
        let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
        return word(name)
            && action.starts_with(|c: char| c.is_ascii_lowercase())
            && word(action)
            && pattern != Pattern::Sync;
    }
    if used == Use::Map {
        return service == "s3" && MAP_INTEGRATIONS.contains(&action) && pattern == Pattern::RequestResponse;
    }
    let known = INTEGRATIONS.iter().find(|(name, known, ..)| *name == service && *known == action);
    known.is_some_and(|(_, _, sync, token)| match pattern {
        Pattern::RequestResponse => true,
        Pattern::Sync => *sync && (!version_2 || (service, action) == ("states", "startExecution")),
        Pattern::WaitForTaskToken => *token,
    })
}

/// Proposals for an editor: the integrations with their patterns, as Resources.
pub fn proposals() -> impl Iterator<Item = String> {
    INTEGRATIONS.iter().flat_map(|(service, action, sync, token)| {
        let base = format!("arn:aws:states:::{service}:{action}");
        let mut found = vec![base.clone()];
        found.extend(sync.then(|| format!("{base}.sync")));
        found.extend(token.then(|| format!("{base}.waitForTaskToken")));
        found
    })
}
