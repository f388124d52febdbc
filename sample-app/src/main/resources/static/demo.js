// Keeps the panel up to date. Without it, the panel shows the state at the time that the page was loaded.
const form = document.querySelector(".behaviour form");
const panel = form?.action ?? "/demo";

async function refresh() {
	const response = await fetch(panel).catch(() => undefined);
	if (!response?.ok) {
		return;
	}
	const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
	for (const part of document.querySelectorAll("[data-live]")) {
		const replacement = fresh.getElementById(part.id);
		if (replacement && !part.isEqualNode(replacement)) {
			part.replaceChildren(...replacement.childNodes);
		}
	}
	for (const button of form?.elements ?? []) {
		const pressed = fresh.querySelector(`button[value=${button.value}]`)?.ariaPressed ?? null;
		if (button.ariaPressed !== pressed) {
			button.ariaPressed = pressed;
		}
	}
}

form?.addEventListener("submit", async event => {
	event.preventDefault();
	await fetch(panel, { method: "POST", body: new URLSearchParams({ behaviour: event.submitter.value }), redirect: "manual" });
	await refresh();
});

(async function poll() {
	if (!document.hidden) {
		await refresh();
	}
	setTimeout(poll, 500);
})();
