// Compiles src/*.sol with npm's solc (the version that package.json pins) by standard JSON, and
// writes ABI and bytecode to artifacts/. With --bind it also runs abigen, found on PATH or named
// by $ABIGEN, and writes the Go bindings next to this file. The output depends on nothing but the
// sources: no metadata hash, no paths of this machine.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

const root = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(import.meta.url)("solc");
const contracts = [
  { name: "TestCoin", prefix: "testcoin" },
  { name: "Registry", prefix: "registry" },
  { name: "Payments", prefix: "payments" },
];

const outputs = [
  "abi",
  "evm.bytecode.object",
  "evm.deployedBytecode.object",
  "evm.deployedBytecode.immutableReferences",
  "evm.methodIdentifiers",
];
const settings = {
  evmVersion: "osaka",
  viaIR: true,
  optimizer: { enabled: true, runs: 30000 }, // more costs less gas, until the code is above 24,576 bytes
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: Object.fromEntries(contracts.map(({ name }) => [`src/${name}.sol`, { [name]: outputs }]).concat([["*", { "": ["ast"] }]])),
};
// What nobody deploys is compiled in a third of the time, and smaller, for more gas.
const quick = { ...settings, viaIR: false, optimizer: { enabled: true, runs: 1 } };

function readImport(path) {
  const file = path.startsWith("@") ? join(root, "node_modules", path) : join(root, path);
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `no such source: ${path}` };
}

function compile(asMutant) {
  const sources = {};
  for (const file of readdirSync(join(root, "src")).sort()) {
    sources[`src/${file}`] = { content: readFileSync(join(root, "src", file), "utf8") };
  }
  const input = { language: "Solidity", sources, settings: asMutant ? quick : settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const problems = output.errors ?? [];
  // Of what is deployed, warnings too.
  const grave = problems.filter(({ severity }) => !asMutant || severity === "error");
  if (grave.length > 0) throw new Error(grave.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output;
}

/** Names of the immutables of all sources, by the ID of their declaration. */
function immutableNames(sources) {
  const names = {};
  const look = (node) => {
    if (node.nodeType === "VariableDeclaration" && node.mutability === "immutable") names[node.id] = node.name;
    for (const child of node.nodes ?? []) look(child);
  };
  for (const { ast } of Object.values(sources)) look(ast);
  return names;
}

/** The immutables' places in the runtime code, which a deployment fills in. */
function holes(references, names) {
  return Object.entries(references ?? {})
    .flatMap(([id, places]) => places.map(({ start, length }) => ({ name: names[id], start, length })))
    .sort((a, b) => a.start - b.start);
}

/** Signatures of the functions that are no views: the tests want each of them tried. */
function changing(abi, { methodIdentifiers }) {
  const names = new Set(abi.filter(({ type, stateMutability }) => type === "function" && !["view", "pure"].includes(stateMutability)).map(({ name }) => name));
  return Object.keys(methodIdentifiers).filter((signature) => names.has(signature.split("(")[0]));
}

const out = join(root, "artifacts");

/** Compiles the contracts, for deployment or, quickly, as mutants for the tests to look at. Throws what solc objects to. */
export function build({ asMutant = false, withBindings = false } = {}) {
  const { contracts: compiled, sources } = compile(asMutant);
  const names = immutableNames(sources);
  mkdirSync(out, { recursive: true });
  for (const { name, prefix } of contracts) {
    const { abi, evm } = compiled[`src/${name}.sol`][name];
    const artifact = {
      contract: name,
      compiler: solc.version(),
      abi,
      changing: changing(abi, evm),
      bytecode: "0x" + evm.bytecode.object,
      runtime: "0x" + evm.deployedBytecode.object,
      immutables: holes(evm.deployedBytecode.immutableReferences, names),
    };
    writeFileSync(join(out, `${name}.json`), JSON.stringify(artifact, null, 1) + "\n");
    if (withBindings) bind(name, prefix, abi, evm.bytecode.object);
  }
}

function bind(name, prefix, abi, bytecode) {
  const go = join(root, `${prefix}.go`);
  const files = { abi: join(out, `${prefix}.abi.tmp`), bin: join(out, `${prefix}.bin.tmp`) };
  // Each binding declares the types of its results, and all are one Go package: only the coin,
  // whose domain may not be ours, keeps the view that would be declared three times.
  const bound = abi.filter((part) => prefix === "testcoin" || !/^eip712domain/i.test(part.name ?? ""));
  writeFileSync(files.abi, JSON.stringify(bound));
  writeFileSync(files.bin, bytecode);
  try {
    execFileSync(
      process.env.ABIGEN ?? "abigen",
      ["--v2", "--abi", files.abi, "--bin", files.bin, "--pkg", "contracts", "--type", name, "--out", go],
      { stdio: "inherit" },
    );
    chmodSync(go, 0o644);
  } finally {
    rmSync(files.abi);
    rmSync(files.bin);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    build({ withBindings: process.argv.includes("--bind") });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
