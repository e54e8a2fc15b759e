// On pages around the trials: sends what the trials left, and offers it as a file.
import { createOutbox } from "../trial/outbox.js";
import { offerFile } from "./recovery.js";

const outbox = await createOutbox({}, (nUnsent) => {
  if (nUnsent) offerFile(outbox.entries);
  document.getElementById("recover").hidden = !nUnsent;
});
