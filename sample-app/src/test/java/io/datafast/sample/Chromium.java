/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Chromium with the shop's page, without access to any other host.
 */
class Chromium implements AutoCloseable {

	static final String MISSING = "Chromium is not installed (apt-get install chromium chromium-driver)";

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final ChromeDriver driver;

	private final String url;

	Chromium(int port) {
		this.url = "http://localhost:" + port;
		LoggingPreferences logging = new LoggingPreferences();
		logging.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions().setBinary(find("chromium").orElseThrow().toFile())
			.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
					"--disable-component-update", "--disable-sync", "--no-first-run",
					"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost");
		options.setCapability("goog:loggingPrefs", logging);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(find("chromedriver").orElseThrow().toFile())
					.build(),
				options);
	}

	/**
	 * For {@code @EnabledIf}.
	 */
	static boolean isAvailable() {
		boolean available = find("chromium").isPresent() && find("chromedriver").isPresent();
		if (!available && "required".equals(System.getProperty("datafast.tests.browser"))) {
			throw new IllegalStateException(MISSING);
		}
		return available;
	}

	private static Optional<Path> find(String program) {
		return Stream.of(System.getenv("PATH").split(":"))
			.map((folder) -> Path.of(folder, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/**
	 * Open the shop on a screen of the given width.
	 */
	void open(int width, String colorScheme) {
		emulate(width, colorScheme);
		this.driver.get(this.url);
	}

	void emulate(int width, String colorScheme) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colorScheme),
						Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
	}

	void type(String id, String text) {
		WebElement field = this.driver.findElement(By.id(id));
		field.clear();
		field.sendKeys(text);
	}

	void select(String id, String option) {
		this.driver.findElement(By.cssSelector("#" + id + " option[value='" + option + "']")).click();
	}

	/**
	 * Press the button with the given text, and wait until the page that answers is
	 * there.
	 */
	void submit(String button) {
		run("window.left = false");
		find(By.xpath("//div[@class='shop']//button[.='" + button + "']")).click();
		Awaitility.await().atMost(TIMEOUT).until(() -> !Boolean.FALSE.equals(run("return window.left")));
	}

	/**
	 * Let DataFast behave as a button of the panel says.
	 */
	void behave(String label) {
		WebElement button = behaviourButton(label);
		button.click();
		Awaitility.await()
			.atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(button.getDomAttribute("aria-pressed")).isEqualTo("true"));
	}

	WebElement behaviourButton(String label) {
		return find(By.xpath("//button[@name='behaviour'][strong='" + label + "']"));
	}

	private WebElement find(By by) {
		return this.driver.findElement(by);
	}

	String text(String selector) {
		return String.valueOf(
				run("return document.querySelector(arguments[0])?.innerText.replace(/\\s+/g, ' ').trim()", selector));
	}

	void awaitText(String selector, String... expected) {
		Awaitility.await().atMost(TIMEOUT).untilAsserted(() -> assertThat(text(selector)).contains(expected));
	}

	Object run(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	void press(Keys key) {
		this.driver.switchTo().activeElement().sendKeys(key);
	}

	/**
	 * The rules of WCAG and the best practices that axe finds broken. The panel is not
	 * refreshed meanwhile.
	 */
	List<?> accessibilityViolations() {
		try {
			this.driver.executeScript(new ClassPathResource("axe.min.js").getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return (List<?>) this.driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				const fetch = window.fetch;
				window.fetch = () => Promise.reject();
				axe.run().then(({ violations }) => {
					window.fetch = fetch;
					done(violations.map(({ id, nodes }) =>
						id + ": " + nodes.map(node => node.html + " " + node.failureSummary).join(", ")));
				});
				""");
	}

	/**
	 * The words that two lines share, and a page that is wider than the screen.
	 */
	List<?> layoutMistakes(int width) {
		return (List<?>) run("""
				const mistakes = [];
				if (document.documentElement.scrollWidth > arguments[0]) {
					mistakes.push("The page is " + document.documentElement.scrollWidth + " wide");
				}
				const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
				while (texts.nextNode()) {
					for (const word of texts.currentNode.data.matchAll(/[^\\s-]+/g)) {
						const range = document.createRange();
						range.setStart(texts.currentNode, word.index);
						range.setEnd(texts.currentNode, word.index + word[0].length);
						const boxes = range.getClientRects();
						if (boxes.length > 1 && boxes[0].top !== boxes[boxes.length - 1].top) {
							mistakes.push(word[0]);
						}
					}
				}
				return mistakes;
				""", width);
	}

	List<String> consoleErrors() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(LogEntry::toString)
			.toList();
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
