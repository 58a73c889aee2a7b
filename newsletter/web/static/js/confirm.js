// Sends the form of a confirmation link by itself, in the browser that signed up, once the page is really shown.

const form = document.querySelector("form[data-automatic]");

function send() {
  form?.requestSubmit();
}

if (document.prerendering) document.addEventListener("prerenderingchange", send, { once: true });
else send();
