// Runs forge and exits as it does. The package's own launcher exits with 0 whatever happened, so
// that a failed test would pass.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const arch = { x64: "amd64", arm64: "arm64" }[process.arch];
const binary = process.platform === "win32" ? "forge.exe" : "forge";
const launcher = createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json");
const path = createRequire(launcher).resolve(`@foundry-rs/forge-${process.platform}-${arch}/bin/${binary}`);
const { status, error } = spawnSync(path, process.argv.slice(2), { stdio: "inherit" });
if (error) console.error(error.message);
process.exitCode = status ?? 1;
