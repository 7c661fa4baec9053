import type { Report, Scenario, Workspace } from "./documents.js";
import type { Operations } from "./operations.js";

export type * from "./documents.js";
export type * from "./operations.js";

/** What WebAssembly can be started from. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/**
 * Compiles and starts the library: once, before anything else of it is used. Without an argument it takes the
 * `weir_bg.wasm` beside this file.
 */
export default function init(source?: InitInput | Promise<InitInput>): Promise<void>;

/** As {@link init}, for who has the bytes or the compiled module already. */
export function initSync(module: BufferSource | WebAssembly.Module): void;

/** The version of this package, such as `0.1.0`. */
export function version(): string;

/** Something that is wrong with a text or a document. */
export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  /** How to mend it. */
  help?: string;
  /** Where, as a JSON pointer. */
  pointer: string;
  /** The range in the text, where there is one, in UTF-16 units. */
  from?: number;
  to?: number;
}

/** What is wrong with a definition; nothing where it can be run. */
export function validate(definition: string): Diagnostic[];

export interface PlaygroundOptions {
  /** What draws, ids and tokens are made of: the same seed gives the same bytes. */
  seed?: number;
  /** Twelve digits. */
  accountId?: string;
  region?: string;
  /** Such as `2026-01-01T00:00:00Z`. */
  startTime?: string;
  clock?: Clock;
}

/**
 * How virtual time passes. `leap`: whoever asks about executions lets time leap from event to event until they end, or only
 * task tokens and activities hold them. `manual`: only {@link Playground.advance} moves it.
 */
export type Clock = "leap" | "manual";

/** A file of mocked responses, in the format of Step Functions Local. */
export interface MockConfiguration {
  StateMachines: Record<string, { TestCases: Record<string, Record<string, string>> }>;
  /** By the name of the response: what is answered, by the number of the call or a range such as `0-2`. */
  MockedResponses: Record<string, Record<string, { Return: unknown } | { Throw: { Error: string; Cause?: string } }>>;
}

export interface Progress {
  executions: number;
  /** Replications that are over. */
  replications: number;
  mostReplications: number;
}

export interface SimulateOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** Plays a scenario (its document, or the text of it) and gives the report. */
export function simulate(scenario: Scenario | string, options?: SimulateOptions): Promise<Report>;

/** An account of its own: nothing is shared between two. */
export class Playground {
  constructor(options?: PlaygroundOptions);
  /** Calls an operation; throws an `Error` whose name is AWS's name of the exception. */
  call<Name extends keyof Operations>(
    operation: Name,
    ...request: Record<string, never> extends Operations[Name]["request"]
      ? [request?: Operations[Name]["request"]]
      : [request: Operations[Name]["request"]]
  ): Operations[Name]["response"];
  /** Answers a request of AWS JSON 1.0: `target` is the header `X-Amz-Target`. It never throws. */
  request(target: string, body: string | ArrayBuffer | ArrayBufferView): Promise<{ status: number; body: string }>;
  /** Moves virtual time; what comes due on the way is done. */
  advance(by: { seconds?: number; milliseconds?: number }): void;
  /** The present, such as `2026-01-01T00:00:00Z`. */
  readonly now: string;
  setClock(clock: Clock): void;
  /** Answers of tasks, in the format of Step Functions Local; start with `<state machine ARN>#<test case>`. */
  setMockConfiguration(file: MockConfiguration | string | null): void;
  /** How tasks behave, by the name of the state: of a version, or (with null) of the unpublished definition. */
  setBehaviours(stateMachineName: string, version: number | null | undefined, rules: object): void;
  /** What an ItemReader reads. */
  putObject(object: { bucket: string; key: string; body: string }): void;
  /** What a ResultWriter wrote. */
  getObject(bucket: string, key: string): string | undefined;
  /** Runs a command such as `aws stepfunctions list-state-machines` and gives what it prints. */
  awsCli(line: string): string;
  /** What may follow what was typed so far of such a command: whole words. */
  awsCliCompletions(line: string): string[];
  /** Data points by minute, as CloudWatch would have them. */
  metrics(query: {
    stateMachineArn: string;
    metricName: "ExecutionsStarted" | "ExecutionsSucceeded" | "ExecutionsFailed" | "ExecutionsTimedOut" | "ExecutionsAborted" | "ExecutionTime" | "ExecutionsRedriven";
    version?: number;
    alias?: string;
  }): { timestamp: string; sum: number; sampleCount: number; minimum: number; maximum: number }[];
  simulate(scenario: Scenario | string, options?: SimulateOptions): Promise<Report>;
  /** The workspace document, which the page opens, too; executions are not part of it. */
  export(): Workspace;
  /** Becomes the account of a workspace document. */
  restore(document: Workspace | string): void;
  static import(document: Workspace | string): Playground;
  /** Becomes an empty account. */
  reset(): void;
  free(): void;
}
