// Takes one check at a time out of src/, compiles what is left, and wants forge's tests to fail on it: what stands
// between a liar and somebody's coins must be missed by a test when it is gone. Works in a copy. It fails when a
// mutant survives, and also when the result would mean nothing: an edit that does not apply exactly once, a mutant
// that does not compile, tests that fail without any edit.
//
//   node mutants.mjs [parts of mutants' names, each by itself ...]
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants-list.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const only = process.argv.length > 2 ? process.argv.slice(2) : [""];
const chosen = mutants.filter(([name]) => only.some((part) => name.includes(part)));
for (const part of only) {
  if (!chosen.some(([name]) => name.includes(part))) throw new Error(`no mutant is named like "${part}"`);
}

const top = mkdtempSync(join(tmpdir(), "myst-mutants-"));
const copy = join(top, "contracts");
process.on("exit", () => rmSync(top, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

/** A copy with the same places around it: the tests read vectors of ../intent. */
function prepare() {
  mkdirSync(copy);
  for (const part of ["src", "test", "artifacts", "build.mjs", "forge.mjs", "foundry.toml", "package.json", "solc-wrapper"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  symlinkSync(join(root, "..", "intent"), join(top, "intent"));
  for (const [name, file, old] of mutants) {
    const times = readFileSync(join(root, "src", file), "utf8").split(old).length - 1;
    if (times !== 1) throw new Error(`mutant "${name}": ${file} has the text to replace ${times} times, want once`);
  }
}

function run(...args) {
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8", maxBuffer: 1 << 28 });
  if (error) throw error;
  if (signal) throw new Error(`ended by ${signal}`); // an interrupt reaches both, and this program only here
  return { ok: status === 0, text: stdout + stderr };
}

/**
 * All tests but the invariants', which take long, and those of re-entrancy only when the others pass; with a seed, so
 * that a mutant is noticed every time or never.
 */
function forge() {
  const first = forgeOn("--no-match-contract", "Invariants|Reentrancy");
  return first.ok ? forgeOn("--match-contract", "Reentrancy") : first;
}

function forgeOn(...which) {
  const { ok, text } = run("forge.mjs", "test", "--offline", "--use", "./solc-wrapper", "--fuzz-seed", "1", "--fail-fast", ...which);
  const failed = /^\[FAIL[^\n]*\] (\w+)\(/m.exec(text.replace(/\x1b\[[0-9;]*m/g, ""));
  return { ok, text, failed: failed?.[1] };
}

/** Which test fails on a mutant. The source is healed before: the tests compile what it has of types. */
function attempt([, file, old, now]) {
  const path = join(copy, "src", file);
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, whole.replace(old, () => now));
  try {
    build({ asMutant: true });
  } catch (error) {
    return { text: `does not compile:\n${error.message}` };
  } finally {
    writeFileSync(path, whole);
  }
  const { ok, text, failed } = forge();
  if (ok) return { text: "SURVIVED: no test failed" };
  return failed ? { noticed: true, text: failed } : { text: `forge failed, but no test did:\n${text}` };
}

prepare();
const { build } = await import(join(copy, "build.mjs")); // the compiler is loaded once: that takes longer than its work
build({ asMutant: true });
const whole = forge();
if (!whole.ok) throw new Error(`tests fail without any edit:\n${whole.text}`);
let count = 0;
console.log(`${"check removed".padEnd(36)} noticed by`);
for (const mutant of chosen) {
  const started = Date.now();
  const { noticed, text } = attempt(mutant);
  if (noticed) count++;
  console.log(`${mutant[0].padEnd(36)} ${text} (${Math.round((Date.now() - started) / 1000)} s)`);
}
console.log(`${chosen.length} mutants, ${count} noticed`);
process.exitCode = count === chosen.length ? 0 : 1;
