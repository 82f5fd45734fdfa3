// Passkeys: the browser asks for a fingerprint, face or PIN, and its answer goes back in the form's hidden field.
// Where a browser cannot, the page keeps saying what to do instead ([data-passkey-missing]).

const PROBLEMS = {
  NotAllowedError: "Nothing was sent: it was stopped, or took too long. Try again.",
  InvalidStateError: "This device has a passkey of yours already.",
  SecurityError: "A passkey works only at the address of this service, and over https.",
};

function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function toText(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (known) => known?.map((one) => ({ ...one, id: toBytes(one.id) }));

async function create({ publicKey }) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      // It is to stand for the password, too: kept on the device, and never without asking its owner.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
  const { clientDataJSON, attestationObject } = credential.response;
  return answer(credential, {
    clientDataJSON: toText(clientDataJSON),
    attestationObject: toText(attestationObject),
    transports: credential.response.getTransports?.() ?? [],
  });
}

async function get({ publicKey }) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return answer(credential, {
    clientDataJSON: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  });
}

function answer(credential, response) {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function given(form) {
  if (!("passkeyFetch" in form.dataset)) return JSON.parse(document.getElementById("passkey-options").textContent);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

async function optionsOf(form) {
  const { creation_options, request_options } = await given(form);
  return creation_options ?? request_options;
}

async function ask(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  try {
    const credential = await (form.dataset.passkey === "create" ? create : get)(await optionsOf(form));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    problem.textContent = PROBLEMS[error.name] ?? "That did not work. Load the page again and try once more.";
    problem.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const element of document.querySelectorAll("[data-passkey-missing]")) element.hidden = true;
  for (const element of document.querySelectorAll("[data-passkey-only]")) element.hidden = false;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
}
