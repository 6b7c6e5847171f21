// Runs forge and exits as it does. The launcher package is not used: it exits with 0 whatever happened, so
// that a failed test would pass, and it names platforms that its registry does not have, so that "npm ci"
// would fail.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const arch = { x64: "amd64", arm64: "arm64" }[process.arch];
const binary = process.platform === "win32" ? "forge.exe" : "forge";
const path = createRequire(import.meta.url).resolve(`@foundry-rs/forge-${process.platform}-${arch}/bin/${binary}`);
const { status, error } = spawnSync(path, process.argv.slice(2), { stdio: "inherit" });
if (error) console.error(error.message);
process.exitCode = status ?? 1;
