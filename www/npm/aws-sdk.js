// Puts the unmodified @aws-sdk/client-sfn on top of a playground:
//   new SFNClient({ requestHandler: requestHandler(playground), region: "us-east-1", credentials: … })

/** A request handler of the AWS SDK for JavaScript (version 3) that asks a playground instead of the network. */
export function requestHandler(playground) {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request) {
      const target = request.headers["x-amz-target"] ?? request.headers["X-Amz-Target"] ?? "";
      const body = typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body ?? new Uint8Array());
      const answer = await playground.request(target, body);
      return {
        response: {
          statusCode: answer.status,
          headers: { "content-type": "application/x-amz-json-1.0" },
          // The SDK reads bytes, strings and streams alike where it finds bytes.
          body: new TextEncoder().encode(answer.body),
        },
      };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig() {},
    destroy() {},
  };
}
