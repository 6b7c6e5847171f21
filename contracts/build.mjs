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
];
const settings = {
  evmVersion: "osaka",
  viaIR: true,
  optimizer: { enabled: true, runs: 100000 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: Object.fromEntries(contracts.map(({ name }) => [`src/${name}.sol`, { [name]: outputs }])),
};

function readImport(path) {
  const file = path.startsWith("@") ? join(root, "node_modules", path) : join(root, path);
  return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `no such source: ${path}` };
}

function compile() {
  const sources = {};
  for (const file of readdirSync(join(root, "src")).sort()) {
    sources[`src/${file}`] = { content: readFileSync(join(root, "src", file), "utf8") };
  }
  const input = { language: "Solidity", sources, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const problems = output.errors ?? [];
  for (const problem of problems) console.error(problem.formattedMessage);
  if (problems.length > 0) process.exit(1); // warnings too
  return output.contracts;
}

/** The immutables' places in the runtime code, which a deployment fills in: [start, length]. */
function holes(references) {
  return Object.values(references ?? {})
    .flat()
    .map(({ start, length }) => [start, length])
    .sort((a, b) => a[0] - b[0]);
}

const compiled = compile();
const out = join(root, "artifacts");
mkdirSync(out, { recursive: true });
for (const { name, prefix } of contracts) {
  const { abi, evm } = compiled[`src/${name}.sol`][name];
  const artifact = {
    contract: name,
    compiler: solc.version(),
    abi,
    bytecode: "0x" + evm.bytecode.object,
    runtime: "0x" + evm.deployedBytecode.object,
    immutables: holes(evm.deployedBytecode.immutableReferences),
  };
  writeFileSync(join(out, `${name}.json`), JSON.stringify(artifact, null, 1) + "\n");
  if (process.argv.includes("--bind")) bind(name, prefix, abi, evm.bytecode.object);
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
