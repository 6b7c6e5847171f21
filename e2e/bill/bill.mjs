// Reads every consumer's bill from the chain's logs, with a library that has nothing to do with myst:
//
//   node bill.mjs RPC-URL PAYMENTS-CONTRACT
//
// prints {"paid": {consumer: {provider: units}}, "earned": {provider: units}, "deposited": {identity: units}}, in
// millionths of a coin. It also adds up what each clearing says that it paid, and wants that to be what the channel's
// last clearing says was cleared in all. A packed clearing says only the latter, of each of its records.
import { Contract, JsonRpcProvider, dataSlice, getAddress, toBigInt } from "ethers";

const [rpc, address] = process.argv.slice(2);
const provider = new JsonRpcProvider(rpc, undefined, { staticNetwork: true });
const payments = new Contract(address, [
  "event Deposited(address indexed identity, address indexed payer, uint64 units)",
  "event Cleared(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint40 cleared, uint40 paid)",
  "event ClearedPacked(address indexed provider, bytes records)",
], provider);

const paid = {}, earned = {}, deposited = {}, channels = new Map();
const add = (book, key, units) => { book[key] = (book[key] ?? 0) + Number(units); };

for (const { args } of await payments.queryFilter("Deposited")) add(deposited, args.identity, args.units);

const clear = ({ consumer, provider, channel, epoch, cleared, paid }) => {
  const key = [consumer, channel, epoch].join("/");
  const before = channels.get(key) ?? 0n;
  paid ??= cleared - before;
  if (before + paid !== cleared) throw new Error(`channel ${key}: ${before + paid} was paid, ${cleared} is said to be cleared`);
  add(paidBy(consumer), provider, paid);
  add(earned, provider, paid);
  channels.set(key, cleared);
};
const paidBy = (consumer) => (paid[consumer] ??= {});

// Each record is 1 byte channel, 20 consumer, 2 epoch, 5 cleared.
const unpack = ({ provider, records }) => Array.from({ length: (records.length - 2) / 56 }, (_, i) => {
  const part = (from, to) => dataSlice(records, 28 * i + from, 28 * i + to);
  return {
    provider, channel: toBigInt(part(0, 1)), consumer: getAddress(part(1, 21)), epoch: toBigInt(part(21, 23)), cleared: toBigInt(part(23, 28)),
  };
});

const clearings = [...await payments.queryFilter("Cleared"), ...await payments.queryFilter("ClearedPacked")];
clearings.sort((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
for (const log of clearings) {
  if (log.eventName === "Cleared") clear(log.args.toObject());
  else unpack(log.args).forEach(clear);
}
console.log(JSON.stringify({ paid, earned, deposited }));
provider.destroy();
