// A file of the answers that do not get through, for the participant to hand over. Each
// session's part is signed with the key of its outbox.
import { asHex } from "../trial/outbox.js";

const box = document.getElementById("recover");

/** Offers the file. @param {() => Object[]} entries what waits in the outbox */
export function offerFile(entries) {
  if (!box?.hidden) return;
  box.hidden = false;
  box.querySelector("button").onclick = async () => {
    const link = document.createElement("a");
    const content = new Blob([await asFile(entries())], { type: "application/json" });
    link.href = URL.createObjectURL(content);
    link.download = "answers.json";
    link.click();
  };
}

async function asFile(entries) {
  const keys = [...new Set(entries.map(({ key }) => key))];
  const sessions = keys.map(async (key) => {
    const [name, secret] = key.split(".");
    const responses = entries.filter((entry) => entry.key === key).map(({ body }) => body);
    return { name, responses, signature: await sign(secret, [name, ...responses].join("\n")) };
  });
  return JSON.stringify({ format: "answers 1", sessions: await Promise.all(sessions) });
}

// HMAC-SHA-256 in hex; null on a page without HTTPS, where browsers sign nothing.
async function sign(secret, text) {
  if (!crypto.subtle) return null;
  const bytes = (string) => new TextEncoder().encode(string);
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), how, false, ["sign"]);
  return asHex(await crypto.subtle.sign("HMAC", key, bytes(text)));
}
