import type { Playground } from "./index.js";

/**
 * A request handler of the AWS SDK for JavaScript (version 3) that asks a playground instead of the network:
 *
 * ```ts
 * const client = new SFNClient({
 *   region: "us-east-1",
 *   credentials: { accessKeyId: "x", secretAccessKey: "x" },
 *   requestHandler: requestHandler(playground),
 * });
 * ```
 */
export function requestHandler(playground: Playground): {
  metadata: { handlerProtocol: string };
  handle(request: any, options?: any): Promise<{ response: any }>;
  updateHttpClientConfig(key: any, value: any): void;
  httpHandlerConfigs(): any;
  destroy(): void;
};
