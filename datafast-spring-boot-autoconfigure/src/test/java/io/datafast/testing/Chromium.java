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

package io.datafast.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

import org.springframework.util.FileSystemUtils;

/**
 * A browser without cookies, with the programs that are installed. It finds every host on
 * this machine.
 * <p>
 * Classes that need it are {@link EnabledIf @EnabledIf} it is {@link #isAvailable()
 * available}. With {@code -Ddatafast.tests.browser=required}, they fail otherwise.
 */
public final class Chromium implements AutoCloseable {

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String AVAILABLE = "io.datafast.testing.Chromium#isAvailable";

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String MISSING = "Chromium is not installed (apt-get install chromium chromium-driver): nothing"
			+ " is known about what browsers do with the visitor cookie";

	private final Path profile;

	private final ChromeDriver driver;

	public Chromium() {
		this.profile = createProfile();
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(find("chromedriver").orElseThrow().toFile())
					.build(),
				options());
	}

	public static boolean isAvailable() {
		return ServerPrograms.areAvailable(find("chromium").flatMap((browser) -> find("chromedriver")),
				"datafast.tests.browser", MISSING);
	}

	private static Optional<Path> find(String program) {
		return ServerPrograms.foldersOnPath()
			.stream()
			.map((folder) -> folder.resolve(program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	private static Path createProfile() {
		try {
			return Files.createTempDirectory("datafast-chromium-");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private ChromeOptions options() {
		return new ChromeOptions().setBinary(find("chromium").orElseThrow().toFile())
			.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
					"--disable-background-networking", "--disable-component-update", "--disable-sync",
					"--host-resolver-rules=MAP * 127.0.0.1", "--user-data-dir=" + this.profile);
	}

	/**
	 * Open a page.
	 * @return its text
	 */
	public String open(String url) {
		this.driver.get(url);
		return text();
	}

	/**
	 * The text of the page.
	 */
	public String text() {
		return (String) run("return document.body.innerText");
	}

	/**
	 * Run a script in the page.
	 */
	public Object run(String script) {
		return this.driver.executeScript(script);
	}

	/**
	 * The cookies that the page's requests carry.
	 */
	public Set<Cookie> cookies() {
		return this.driver.manage().getCookies();
	}

	@Override
	public void close() {
		this.driver.quit();
		try {
			FileSystemUtils.deleteRecursively(this.profile);
		}
		catch (IOException ex) {
			// Chromium may still write to it.
		}
	}

}
