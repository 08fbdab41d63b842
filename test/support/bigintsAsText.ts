// Tests run in processes of their own, which report as JSON: a failure with a bigint in it must not end as one of the
// report.
Object.defineProperty(BigInt.prototype, "toJSON", {
  value(this: bigint) {
    return this.toString();
  },
  configurable: true,
});
