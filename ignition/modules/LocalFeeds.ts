import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Two price feeds of different owners, with a first price each: for chains that have no market. */
export default buildModule("LocalFeeds", (m) => {
  const decimals = m.getParameter("decimals", 8);
  const answer = m.getParameter("answer", 200_000_000n);
  const feeds = [0, 1].map((index) => {
    const owner = m.getAccount(index);
    const feed = m.contract("PostedFeed", [owner, decimals, "MILL / USD"], { id: `Feed${index + 1}` });
    m.call(feed, "post", [answer], { id: `post${index + 1}`, from: owner });
    return feed;
  });
  const [first, second] = feeds;
  if (first === undefined || second === undefined) throw new Error("two feeds are needed");
  return { first, second };
});
