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

package io.datafast.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.Chromium;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Cookie;

import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a browser does with the visitor cookie.
 */
@EnabledIf(value = Chromium.AVAILABLE, disabledReason = Chromium.MISSING)
class BrowserTests {

	private static final String NAME = "datafast_visitor_id";

	private Chromium browser;

	@BeforeEach
	void openBrowser() {
		this.browser = new Chromium();
	}

	@AfterEach
	void closeBrowser() {
		this.browser.close();
	}

	private static WebApplication start(String domain) {
		return WebApplication.onTomcat(Pages.class, "datafast.visitor.issue-cookie=true",
				"datafast.visitor.renew-cookie=true", "datafast.visitor.cookie-domain=" + domain);
	}

	private static String url(WebApplication application, String host, String path) {
		return "http://" + host + ":" + application.port() + path;
	}

	private Cookie cookie() {
		assertThat(this.browser.cookies()).singleElement().extracting(Cookie::getName).isEqualTo(NAME);
		return this.browser.cookies().iterator().next();
	}

	@Test
	void theFirstVisitGetsAnIdThatStays() {
		try (WebApplication application = start("shop.test")) {
			String visitorId = this.browser.open(url(application, "www.shop.test", "/page"));
			assertThat(visitorId).matches("[0-9a-f-]{36}");
			assertThat(application.mock()).received("page").forVisitor(visitorId).once();
			assertThat(cookie().getValue()).isEqualTo(visitorId);
			assertThat(cookie().getDomain()).isEqualTo(".shop.test");
			assertThat(cookie().isHttpOnly()).isFalse();
			assertThat(this.browser.run("return document.cookie")).isEqualTo(NAME + "=" + visitorId);
			assertThat(this.browser.open(url(application, "www.shop.test", "/page"))).isEqualTo(visitorId);
			assertThat(this.browser.open(url(application, "www.other.test", "/page"))).isNotEqualTo(visitorId);
		}
	}

	@Test
	void hostsOfADomainShareTheId() {
		try (WebApplication application = start("shop.test")) {
			String visitorId = this.browser.open(url(application, "www.shop.test", "/page"));
			for (String host : new String[] { "shop.test", "pay.eu.shop.test", "WWW.shop.test" }) {
				assertThat(this.browser.open(url(application, host, "/page"))).isEqualTo(visitorId);
				assertThat(cookie().getValue()).isEqualTo(visitorId);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "127.0.0.1", "www.shop.test." })
	void aHostWithoutADomainKeepsTheIdAsWell(String host) {
		try (WebApplication application = start("shop.test")) {
			String visitorId = this.browser.open(url(application, host, "/page"));
			assertThat(this.browser.open(url(application, host, "/page"))).isEqualTo(visitorId);
			assertThat(cookie().getValue()).isEqualTo(visitorId);
		}
	}

	/**
	 * With the domain that DataFast's script uses: that of its {@code data-domain}, or
	 * else the host.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "shop.test", "" })
	void theScriptResetsTheIdAtLogout(String domain) {
		try (WebApplication application = start(domain)) {
			String before = this.browser.open(url(application, "www.shop.test", "/page"));
			String scope = "; path=/; domain=" + (domain.isEmpty() ? "www.shop.test" : domain);
			this.browser.run("document.cookie = '" + NAME + "=; max-age=0" + scope + "'");
			assertThat(this.browser.cookies()).isEmpty();
			this.browser.run("document.cookie = '" + NAME + "=second; max-age=86400; samesite=lax" + scope + "'");
			assertThat(this.browser.open(url(application, "www.shop.test", "/page"))).isEqualTo("second");
			assertThat(cookie().getValue()).isEqualTo("second").isNotEqualTo(before);
		}
	}

	@Test
	void aScriptsCookieIsRenewedForAYear() {
		try (WebApplication application = start("shop.test")) {
			this.browser.open(url(application, "www.shop.test", "/public"));
			this.browser.run("document.cookie = '" + NAME + "=scripts; max-age=604800; path=/; domain=shop.test'");
			assertThat(this.browser.open(url(application, "www.shop.test", "/page"))).isEqualTo("scripts");
			assertThat(cookie().getValue()).isEqualTo("scripts");
			assertThat(cookie().getExpiry().toInstant()).isAfter(Instant.now().plus(Duration.ofDays(360)));
		}
	}

	@Test
	void aFormThatAnotherSitePostsBackDoesNotReplaceTheVisitor() {
		try (WebApplication application = start("shop.test")) {
			String visitorId = this.browser.open(url(application, "www.shop.test", "/page"));
			application.outcomes().awaitCount(1);
			this.browser.open(url(application, "pay.provider.test", "/public"));
			this.browser.run("document.body.innerHTML = '<form method=post action=\""
					+ url(application, "www.shop.test", "/return") + "\"></form>'; document.forms[0].submit()");
			application.outcomes().awaitCount(2);
			assertThat(application.outcomes().outcomes()).contains(new Skipped(Skipped.Reason.NO_VISITOR));
			assertThat(this.browser.open(url(application, "www.shop.test", "/page"))).isEqualTo(visitorId);
			assertThat(cookie().getValue()).isEqualTo(visitorId);
		}
	}

	@Test
	void aSharedCacheGivesNoVisitorsIdToAnother() throws Exception {
		try (WebApplication application = start("shop.test"); SharedCache cache = new SharedCache(application.port())) {
			String visitorId = this.browser.open(cache.url("/page"));
			this.browser.open(cache.url("/public"));
			try (Chromium second = new Chromium()) {
				assertThat(second.open(cache.url("/public"))).isEqualTo("public");
				assertThat(second.cookies()).isEmpty();
				assertThat(second.open(cache.url("/page"))).matches("[0-9a-f-]{36}").isNotEqualTo(visitorId);
			}
			assertThat(cache.hits).containsKey("/public").doesNotContainKey("/page");
		}
	}

	@RestController
	static class Pages {

		@GetMapping(path = "/page", produces = "text/html")
		@TrackGoal("page")
		String page(@VisitorId String visitorId) {
			return String.valueOf(visitorId);
		}

		@GetMapping(path = "/public", produces = "text/html")
		ResponseEntity<String> everybodys() {
			return ResponseEntity.ok()
				.cacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic())
				.body("public");
		}

		@PostMapping(path = "/return", produces = "text/html")
		@TrackGoal("returned")
		String returned(@VisitorId String visitorId) {
			return String.valueOf(visitorId);
		}

	}

	/**
	 * A cache in front of an application that keeps every page, with all its headers,
	 * unless the page forbids it.
	 */
	private static final class SharedCache implements AutoCloseable {

		private final HttpServer server;

		private final int origin;

		private final Map<String, RawHttp.Response> pages = new ConcurrentHashMap<>();

		private final Map<String, Boolean> hits = new ConcurrentHashMap<>();

		SharedCache(int origin) throws IOException {
			this.origin = origin;
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			this.server.createContext("/", this::handle);
			this.server.start();
		}

		String url(String path) {
			return "http://www.shop.test:" + this.server.getAddress().getPort() + path;
		}

		private void handle(HttpExchange exchange) throws IOException {
			String path = exchange.getRequestURI().getPath();
			RawHttp.Response page = this.pages.get(path);
			if (page != null) {
				this.hits.put(path, true);
			}
			else {
				page = fetch(exchange, path);
				if (page.header("Cache-Control").stream().noneMatch((value) -> value.matches("(private|no-store).*"))) {
					this.pages.put(path, page);
				}
			}
			for (String name : new String[] { "Content-Type", "Set-Cookie" }) {
				page.header(name).forEach((value) -> exchange.getResponseHeaders().add(name, value));
			}
			byte[] body = page.rawBody().getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(page.status(), body.length);
			try (exchange) {
				exchange.getResponseBody().write(body);
			}
		}

		private RawHttp.Response fetch(HttpExchange exchange, String path) {
			String[] headers = exchange.getRequestHeaders()
				.entrySet()
				.stream()
				.filter((header) -> Stream.of("Host", "Accept", "Cookie", "Sec-fetch-dest", "Sec-fetch-mode")
					.anyMatch(header.getKey()::equalsIgnoreCase))
				.flatMap((header) -> Stream.of(header.getKey(), header.getValue().get(0)))
				.toArray(String[]::new);
			try {
				return RawHttp.get(this.origin, path, headers);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public void close() {
			this.server.stop(0);
		}

	}

}
