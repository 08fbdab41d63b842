import { JsonRpcApiProvider, Network, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";

import type { RpcQuorum } from "./RpcQuorum.js";

/** An ethers provider whose every answer is one that a quorum of nodes gave. */
export class QuorumProvider extends JsonRpcApiProvider {
  constructor(
    private readonly quorum: RpcQuorum,
    chainId: bigint,
    pollMs: number,
  ) {
    const staticNetwork = Network.from(chainId);
    super(staticNetwork, { staticNetwork, cacheTimeout: -1, batchMaxCount: 1, pollingInterval: pollMs });
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    this._start();
    return await super.send(method, params);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcError | JsonRpcResult)[]> {
    const requests = Array.isArray(payload) ? payload : [payload];
    return await Promise.all(
      requests.map(async ({ id, method, params }) => {
        const answer = await this.quorum.ask(method, Array.isArray(params) ? params : [params]);
        return { id, ...answer };
      }),
    );
  }
}
