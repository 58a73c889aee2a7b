// Passkeys: forms with data-passkey="get" or "create" ask the browser for one before they are sent. The question is in
// data-options, or is fetched from the address in data-question. Without passkeys here the forms stay hidden.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Return the server's question with bytes where the browser wants bytes. */
function parsed(options) {
  const question = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) };
  const withBytes = (list) => list?.map((one) => ({ ...one, id: toBytes(one.id) }));
  if (question.user) question.user = { ...question.user, id: toBytes(question.user.id) };
  if (question.allowCredentials) question.allowCredentials = withBytes(question.allowCredentials);
  if (question.excludeCredentials) question.excludeCredentials = withBytes(question.excludeCredentials);
  return question;
}

/** Return the browser's answer as JSON. */
function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function question(form) {
  if (form.dataset.options) return parsed(JSON.parse(form.dataset.options));
  const answer = await fetch(form.dataset.question, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return parsed(await answer.json());
}

async function ask(form) {
  const problem = form.querySelector("[role=alert]");
  problem.hidden = true;
  try {
    const publicKey = await question(form);
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = written(credential);
    form.submit();
  } catch (error) {
    problem.textContent =
      error.name === "InvalidStateError"
        ? "This device has a passkey for your account already."
        : "No passkey was used. Try again, or use another way.";
    problem.hidden = false;
  }
}

// Browsers give passkeys to names only, not to addresses such as 127.0.0.1.
const isName = /[a-z]/i.test(location.hostname) && !location.hostname.includes(":");
if (window.PublicKeyCredential && isName) {
  document.querySelectorAll("[data-no-passkeys]").forEach((note) => (note.hidden = true));
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
}
