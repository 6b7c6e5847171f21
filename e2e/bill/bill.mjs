// Reads every consumer's bill from the chain's logs, with a library that has nothing to do with myst:
//
//   node bill.mjs RPC-URL PAYMENTS-CONTRACT
//
// prints {"paid": {consumer: {provider: units}}, "earned": {provider: units}, "deposited": {identity: units}}, in
// millionths of a coin. It also adds up what each clearing says that it paid, and wants that to be what the channel's
// last clearing says was cleared in all.
import { Contract, JsonRpcProvider } from "ethers";

const [rpc, address] = process.argv.slice(2);
const provider = new JsonRpcProvider(rpc, undefined, { staticNetwork: true });
const payments = new Contract(address, [
  "event Deposited(address indexed identity, address indexed payer, uint64 units)",
  "event Cleared(address indexed consumer, address indexed provider, uint8 channel, uint16 epoch, uint40 cleared, uint40 paid)",
], provider);

const paid = {}, earned = {}, deposited = {}, channels = new Map();
const add = (book, key, units) => { book[key] = (book[key] ?? 0) + Number(units); };

for (const { args } of await payments.queryFilter("Deposited")) add(deposited, args.identity, args.units);
for (const { args } of await payments.queryFilter("Cleared")) {
  add(paid[args.consumer] ??= {}, args.provider, args.paid);
  add(earned, args.provider, args.paid);
  const channel = [args.consumer, args.channel, args.epoch].join("/");
  const sum = (channels.get(channel) ?? 0n) + args.paid;
  if (sum !== args.cleared) throw new Error(`channel ${channel}: ${sum} was paid, ${args.cleared} is said to be cleared`);
  channels.set(channel, sum);
}
console.log(JSON.stringify({ paid, earned, deposited }));
provider.destroy();
