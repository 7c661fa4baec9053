// The operations of the service, by name (AWS Step Functions API Reference). Dates of responses are ISO strings.

export type StateMachineType = "STANDARD" | "EXPRESS";
export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
export type RedriveStatus = "REDRIVABLE" | "NOT_REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN";
export type MapRunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";
export type IncludedData = "ALL_DATA" | "METADATA_ONLY";
export interface Tag { key?: string; value?: string }
export interface DataDetails { included: boolean }
export interface RoutingConfigurationListItem { stateMachineVersionArn: string; weight: number }
export interface TracingConfiguration { enabled?: boolean }
export interface LoggingConfiguration {
  level?: "ALL" | "ERROR" | "FATAL" | "OFF";
  includeExecutionData?: boolean;
  destinations?: { cloudWatchLogsLogGroup?: { logGroupArn?: string } }[];
}
export interface EncryptionConfiguration {
  type: "AWS_OWNED_KEY" | "CUSTOMER_MANAGED_KMS_KEY";
  kmsKeyId?: string;
  kmsDataKeyReusePeriodSeconds?: number;
}
export interface MapRunCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  total: number;
  resultsWritten: number;
  failuresNotRedrivable: number;
  pendingRedrive: number;
}
export interface ExecutionListItem {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: ExecutionStatus;
  startDate: string;
  stopDate?: string;
  mapRunArn?: string;
  itemCount?: number;
  stateMachineVersionArn?: string;
  stateMachineAliasArn?: string;
  redriveCount?: number;
  redriveDate?: string;
}
/** An event, with its details under a name that its type decides, such as `stateEnteredEventDetails`. */
export interface HistoryEvent {
  timestamp: string;
  type: string;
  id: number;
  previousEventId: number;
  [details: string]: unknown;
}

export interface Operations {
  CreateActivity: {
    request: { name: string; tags?: Tag[]; encryptionConfiguration?: EncryptionConfiguration };
    response: { activityArn: string; creationDate: string };
  };
  CreateStateMachine: {
    request: { name: string; definition: string; roleArn: string; type?: StateMachineType; loggingConfiguration?: LoggingConfiguration; tags?: Tag[]; tracingConfiguration?: TracingConfiguration; publish?: boolean; versionDescription?: string; encryptionConfiguration?: EncryptionConfiguration };
    response: { stateMachineArn: string; creationDate: string; stateMachineVersionArn?: string };
  };
  CreateStateMachineAlias: {
    request: { name: string; description?: string; routingConfiguration: RoutingConfigurationListItem[] };
    response: { stateMachineAliasArn: string; creationDate: string };
  };
  DeleteActivity: {
    request: { activityArn: string };
    response: Record<string, never>;
  };
  DeleteStateMachine: {
    request: { stateMachineArn: string };
    response: Record<string, never>;
  };
  DeleteStateMachineAlias: {
    request: { stateMachineAliasArn: string };
    response: Record<string, never>;
  };
  DeleteStateMachineVersion: {
    request: { stateMachineVersionArn: string };
    response: Record<string, never>;
  };
  DescribeActivity: {
    request: { activityArn: string };
    response: { activityArn: string; name: string; creationDate: string; encryptionConfiguration?: EncryptionConfiguration };
  };
  DescribeExecution: {
    request: { executionArn: string; includedData?: IncludedData };
    response: { executionArn: string; stateMachineArn: string; name: string; status: ExecutionStatus; startDate: string; stopDate?: string; input?: string; inputDetails?: DataDetails; output?: string; outputDetails?: DataDetails; traceHeader?: string; mapRunArn?: string; error?: string; cause?: string; stateMachineVersionArn?: string; stateMachineAliasArn?: string; redriveCount?: number; redriveDate?: string; redriveStatus?: RedriveStatus; redriveStatusReason?: string };
  };
  DescribeMapRun: {
    request: { mapRunArn: string };
    response: { mapRunArn: string; executionArn: string; status: MapRunStatus; startDate: string; stopDate?: string; maxConcurrency: number; toleratedFailurePercentage: number; toleratedFailureCount: number; itemCounts: MapRunCounts; executionCounts: MapRunCounts; redriveCount: number; redriveDate?: string };
  };
  DescribeStateMachine: {
    request: { stateMachineArn: string; includedData?: IncludedData };
    response: { stateMachineArn: string; name: string; status: "ACTIVE" | "DELETING"; definition: string; roleArn: string; type: StateMachineType; creationDate: string; loggingConfiguration: LoggingConfiguration; tracingConfiguration: TracingConfiguration; label?: string; revisionId?: string; description?: string; encryptionConfiguration?: EncryptionConfiguration; variableReferences?: Record<string, string[]> };
  };
  DescribeStateMachineAlias: {
    request: { stateMachineAliasArn: string };
    response: { stateMachineAliasArn: string; name: string; description?: string; routingConfiguration: RoutingConfigurationListItem[]; creationDate: string; updateDate: string };
  };
  DescribeStateMachineForExecution: {
    request: { executionArn: string; includedData?: IncludedData };
    response: { stateMachineArn: string; name: string; definition: string; roleArn: string; updateDate: string; loggingConfiguration: LoggingConfiguration; tracingConfiguration: TracingConfiguration; mapRunArn?: string; label?: string; revisionId?: string; encryptionConfiguration?: EncryptionConfiguration; variableReferences?: Record<string, string[]> };
  };
  GetActivityTask: {
    request: { activityArn: string; workerName?: string };
    response: { taskToken?: string; input?: string };
  };
  GetExecutionHistory: {
    request: { executionArn: string; maxResults?: number; reverseOrder?: boolean; nextToken?: string; includeExecutionData?: boolean };
    response: { events: HistoryEvent[]; nextToken?: string };
  };
  ListActivities: {
    request: { maxResults?: number; nextToken?: string };
    response: { activities: { activityArn: string; name: string; creationDate: string }[]; nextToken?: string };
  };
  ListExecutions: {
    request: { stateMachineArn?: string; statusFilter?: ExecutionStatus; maxResults?: number; nextToken?: string; mapRunArn?: string; redriveFilter?: "REDRIVEN" | "NOT_REDRIVEN" };
    response: { executions: ExecutionListItem[]; nextToken?: string };
  };
  ListMapRuns: {
    request: { executionArn: string; maxResults?: number; nextToken?: string };
    response: { mapRuns: { executionArn: string; mapRunArn: string; stateMachineArn: string; startDate: string; stopDate?: string }[]; nextToken?: string };
  };
  ListStateMachineAliases: {
    request: { stateMachineArn: string; maxResults?: number; nextToken?: string };
    response: { stateMachineAliases: { stateMachineAliasArn: string; creationDate: string }[]; nextToken?: string };
  };
  ListStateMachineVersions: {
    request: { stateMachineArn: string; maxResults?: number; nextToken?: string };
    response: { stateMachineVersions: { stateMachineVersionArn: string; creationDate: string }[]; nextToken?: string };
  };
  ListStateMachines: {
    request: { maxResults?: number; nextToken?: string };
    response: { stateMachines: { stateMachineArn: string; name: string; type: StateMachineType; creationDate: string }[]; nextToken?: string };
  };
  ListTagsForResource: {
    request: { resourceArn: string };
    response: { tags: Tag[] };
  };
  PublishStateMachineVersion: {
    request: { stateMachineArn: string; revisionId?: string; description?: string };
    response: { creationDate: string; stateMachineVersionArn: string };
  };
  RedriveExecution: {
    request: { executionArn: string; clientToken?: string };
    response: { redriveDate: string };
  };
  SendTaskFailure: {
    request: { taskToken: string; error?: string; cause?: string };
    response: Record<string, never>;
  };
  SendTaskHeartbeat: {
    request: { taskToken: string };
    response: Record<string, never>;
  };
  SendTaskSuccess: {
    request: { taskToken: string; output: string };
    response: Record<string, never>;
  };
  StartExecution: {
    request: { stateMachineArn: string; name?: string; input?: string; traceHeader?: string };
    response: { executionArn: string; startDate: string };
  };
  StartSyncExecution: {
    request: { stateMachineArn: string; name?: string; input?: string; traceHeader?: string; includedData?: IncludedData };
    response: { executionArn: string; stateMachineArn: string; name: string; startDate: string; stopDate: string; status: "SUCCEEDED" | "FAILED" | "TIMED_OUT"; error?: string; cause?: string; input?: string; inputDetails?: DataDetails; output?: string; outputDetails?: DataDetails; traceHeader?: string; billingDetails: { billedMemoryUsedInMB: number; billedDurationInMilliseconds: number } };
  };
  StopExecution: {
    request: { executionArn: string; error?: string; cause?: string };
    response: { stopDate: string };
  };
  TagResource: {
    request: { resourceArn: string; tags: Tag[] };
    response: Record<string, never>;
  };
  TestState: {
    request: {
      definition: string;
      stateName?: string;
      roleArn?: string;
      input?: string;
      inspectionLevel?: "INFO" | "DEBUG" | "TRACE";
      revealSecrets?: boolean;
      variables?: string;
      context?: string;
      mock?: {
        result?: string;
        errorOutput?: { error?: string; cause?: string };
        fieldValidationMode?: "STRICT" | "PRESENT" | "NONE";
      };
      stateConfiguration?: {
        retrierRetryCount?: number;
        errorCausedByState?: string;
        mapIterationFailureCount?: number;
        mapItemReaderData?: string;
      };
    };
    response: {
      status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
      output?: string;
      error?: string;
      cause?: string;
      nextState?: string;
      inspectionData?: Record<string, unknown>;
    };
  };
  UntagResource: {
    request: { resourceArn: string; tagKeys: string[] };
    response: Record<string, never>;
  };
  UpdateMapRun: {
    request: { mapRunArn: string; maxConcurrency?: number; toleratedFailurePercentage?: number; toleratedFailureCount?: number };
    response: Record<string, never>;
  };
  UpdateStateMachine: {
    request: { stateMachineArn: string; definition?: string; roleArn?: string; loggingConfiguration?: LoggingConfiguration; tracingConfiguration?: TracingConfiguration; publish?: boolean; versionDescription?: string; encryptionConfiguration?: EncryptionConfiguration };
    response: { updateDate: string; revisionId?: string; stateMachineVersionArn?: string };
  };
  UpdateStateMachineAlias: {
    request: { stateMachineAliasArn: string; description?: string; routingConfiguration?: RoutingConfigurationListItem[] };
    response: { updateDate: string };
  };
  ValidateStateMachineDefinition: {
    request: { definition: string; type?: StateMachineType; severity?: "ERROR" | "WARNING"; maxResults?: number };
    response: { result: "OK" | "FAIL"; diagnostics: { severity: "ERROR" | "WARNING"; code: string; message: string; location?: string }[]; truncated: boolean };
  };
}
