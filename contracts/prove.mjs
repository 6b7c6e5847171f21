// Proves the asserts of proofs/Proofs.sol about src/Ledger.sol for all states and arguments: by solc's
// SMTChecker (engine CHC), whose queries go to the program z3. Then takes a rule out of the ledger, one
// at a time, and sees a proof fail for each, so that the asserts are known to say something.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

const root = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(import.meta.url)("solc");
const read = (path) => readFileSync(join(root, path), "utf8");
const timeout = 60_000; // ms for one query of z3; usual are below 1,000

// Each mutant is a hole that an earlier draft of the design had, or a rule taken out.
const mutants = [
  ["a free without epochs: an over-signed promise revives", "Free", "            c.epoch += 1;\n            return 0;", "            return 0;"],
  ["a lock that ignores the epoch: a provider recaptures", "Lock", "if (epoch != next) return Refusal.WrongEpoch;", ""],
  ["a free whose epoch overflows", "Free", "if (c.epoch != LAST_EPOCH) {\n            c.epoch += 1;", "if (true) {\n            unchecked { c.epoch += 1; }"],
  ["a promise above the lock", "Clear", "if (amount > c.locked) amount = c.locked;", ""],
  ["a promise of any epoch", "Clear", " || c.epoch != epoch) return 0;", ") return 0;"],
  ["a promise to any provider", "Clear", "provider == address(0) || c.provider != provider || ", ""],
  ["a busy channel taken", "Lock", "if (held != 0) return c.provider == provider ? Refusal.WrongEpoch : Refusal.Busy;", ""],
  ["a lock below the remainder", "Lock", "if (locked == 0 || locked < held) return Refusal.NotMore;\n", "if (locked < held) held = locked;\n"],
  ["a lock that is not paid for", "Lock", "a.balance -= locked - held;", ""],
  ["a top-up while an unlock is waited for", "Lock", "if (unlockAt(a, id) != 0) return Refusal.Unlocking;", ""],
  ["a timer left from another provider", "Lock", "            setUnlockAt(a, id, 0);\n", ""],
  ["a reclaim from a provider", "Reclaim", "if (c.provider != address(0)) return 0;\n        payBack", "payBack"],
];

let stopAtFirst = false; // a mutant needs one violation, and no answers after it
let found = false;

function solve(query) {
  if (stopAtFirst && found) return { contents: "unknown" };
  const { status, stdout, error } = spawnSync("z3", ["-in", "-smt2", "rlimit=40000000"], {
    input: query,
    encoding: "utf8",
    timeout,
    maxBuffer: 1 << 28,
  });
  if (error && error.code !== "ETIMEDOUT") throw new Error(`z3: ${error.message} (Debian's package z3)`);
  found ||= stdout.startsWith("unsat");
  return { contents: error || status === null ? "unknown" : stdout };
}

const proofs = read("proofs/Proofs.sol");
const steps = ["Lock", "Clear", "Free", "Reclaim"];

/** One step's contract alone: z3 would look at all of the others too. */
function source(step) {
  const [head, ...parts] = proofs.split(/^(?=contract )/m);
  return head + parts.find((part) => part.startsWith(`contract ${step} `));
}

/** How many of a step's asserts are safe, and how many are violated; of the others nothing is known. */
function check(ledger, step) {
  const input = {
    language: "Solidity",
    sources: { "proofs/Proofs.sol": { content: source(step) }, "src/Ledger.sol": { content: followable(ledger) } },
    settings: {
      modelChecker: {
        engine: "chc",
        solvers: ["smtlib2"],
        targets: ["assert"],
        contracts: { "proofs/Proofs.sol": [step] },
        showProvedSafe: true,
        showUnproved: true,
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { smtSolver: solve }));
  const count = { safe: 0, violated: 0 };
  found = false;
  for (const { severity, message, formattedMessage } of output.errors ?? []) {
    if (severity === "error") throw new Error(message);
    if (/^CHC: Assertion violation check is safe!/.test(message)) count.safe++;
    else if (/^CHC: Assertion violation happens/.test(message)) count.violated++;
    if (process.env.VERBOSE) console.error(formattedMessage.slice(0, 900));
  }
  return count;
}

/**
 * The ledger as SMTChecker can follow it. It forgets what a called function does to a struct in memory, so each
 * step returns its structs too. And z3 does not get far with shifts: the proofs are about one timer, whose
 * packing beside others is no matter of rules, and is fuzzed in test/Ledger.t.sol.
 */
function followable(ledger) {
  const step = (name, part) => {
    if (!part.startsWith(`${name}(`)) return part;
    const structs = name === "lock" ? "c, a" : "c";
    const types = name === "lock" ? "Channel memory, Account memory" : "Channel memory";
    const value = name === "lock" ? null : name === "clear" ? "paid" : "payBack";
    part = part
      .replace(/returns \(([^)]*)\)/, `returns ($1, ${types})`)
      .replace(/return ([^;(]+);/g, `return ($1, ${structs});`)
      .replace("free(c);", "(, c) = free(c);")
      .replace("setUnlockAt(a, id, 0);", "a.timers = 0;");
    return value ? part.replace(/\n    }\n/, `\n        return (${value}, ${structs});\n    }\n`) : part;
  };
  return ledger
    .replace("return uint32(a.timers >> (32 * uint256(id)));", "id; return a.timers;")
    .replace("uint192 timers;", "uint32 timers;")
    .replace(/uint256 shift = [^}]*/, "id; a.timers = time;\n    ")
    .split(/(?<=    function )/)
    .map((part) => steps.reduce((p, name) => step(name.toLowerCase(), p), part))
    .join("");
}

const ledger = read("src/Ledger.sol");
const asserts = proofs.match(/^ *assert\(/gm).length;
const started = Date.now();
let safe = 0;
for (const step of steps) safe += check(ledger, step).safe;
console.log(`${safe} of ${asserts} asserts proved in ${Math.round((Date.now() - started) / 1000)} s`);
let broken = safe !== asserts;
stopAtFirst = true;
for (const [name, step, old, now] of mutants) {
  if (ledger.split(old).length !== 2) throw new Error(`mutant "${name}" does not fit the ledger`);
  const { violated } = check(ledger.replace(old, now), step);
  console.log(`${violated > 0 ? "caught" : "MISSED"}  ${name}`);
  broken ||= violated === 0;
}
process.exitCode = broken ? 1 : 0;
