// A wallet that has nothing to do with myst, for tests: signs and verifies what myst's contracts take, and reads and
// writes key files. Each line of standard input is a request {"do": …}, each line of standard output its answer, with
// "error" when it was refused. Signatures are 65 bytes, r ‖ s ‖ v.
import { createInterface } from "node:readline";
import { HDNodeWallet, Signature, SigningKey, TypedDataEncoder, Wallet, computeAddress, encryptKeystoreJson, recoverAddress, verifyTypedData } from "ethers";

// As docs/wire.md has them; ERC-2612 has the Permit.
const forms = Object.fromEntries([
  "Register(address identity,bytes32 x,bytes32 y)",
  "Fund(address owner,address identity,uint64 units,uint64 fee,address relayer,uint256 permitNonce,uint32 validUntil)",
  "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
  "Lock(address provider,uint8 channel,uint16 epoch,uint40 locked,uint32 validUntil)",
  "Promise(address provider,uint8 channel,uint16 epoch,uint40 amount)",
  "Release(address consumer,uint8 channel,uint16 epoch)",
  "RequestUnlock(uint8 channel,uint16 epoch,uint32 validUntil)",
  "SetBeneficiary(address provider,address beneficiary)",
  "Reclaim(uint8 channel,uint16 epoch,uint32 validUntil)",
  "WithdrawDeposit(address to,uint64 units,uint256 nonce,uint32 validUntil)",
  "Relay(address relayer,uint64 fee,bytes32 opDigest)",
].map((text) => {
  const [, name, fields] = text.match(/^(\w+)\((.*)\)$/);
  return [name, { [name]: fields.split(",").map((field) => ({ type: field.split(" ")[0], name: field.split(" ")[1] })) }];
}));
const wallets = new Map();

const actions = {
  // Makes a key.
  create() {
    const wallet = Wallet.createRandom();
    return actions.keep(wallet);
  },
  keep(wallet) {
    wallets.set(wallet.address, wallet);
    return { address: wallet.address, publicKey: new SigningKey(wallet.privateKey).publicKey };
  },
  async sign({ who, domain, form, value }) {
    const text = await wallets.get(who).signTypedData(domain, forms[form], value);
    return { signature: text, compact: Signature.from(text).compactSerialized, digest: TypedDataEncoder.hash(domain, forms[form], value) };
  },
  verify({ domain, form, value, signature }) {
    return { address: verifyTypedData(domain, forms[form], value, Signature.from(signature)) };
  },
  // The same for a digest, which is what every other signed message of myst is made of.
  signDigest({ who, digest }) {
    return { signature: new SigningKey(wallets.get(who).privateKey).sign(digest).serialized };
  },
  recoverDigest({ digest, signature }) {
    return { address: recoverAddress(digest, Signature.from(signature)) };
  },
  async encrypt({ who, passphrase, light }) {
    const { address, privateKey } = wallets.get(who);
    return { file: await encryptKeystoreJson({ address, privateKey }, passphrase, light ? { scrypt: { N: 4096 } } : {}) };
  },
  async decrypt({ file, passphrase }) {
    const wallet = await Wallet.fromEncryptedJson(file, passphrase);
    if (computeAddress(wallet.privateKey) !== wallet.address) throw new Error("the file names another address");
    return actions.keep(wallet instanceof HDNodeWallet ? new Wallet(wallet.privateKey) : wallet);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await actions[request.do](request);
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(answer));
}
