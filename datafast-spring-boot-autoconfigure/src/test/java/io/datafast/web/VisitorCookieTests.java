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

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.WebApplication;
import io.datafast.web.RawHttp.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which requests and responses get the visitor cookie, and for which hosts, by the same
 * rules on all servers.
 */
@ExtendWith(OutputCaptureExtension.class)
class VisitorCookieTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String COOKIE = "datafast_visitor_id=" + VISITOR;

	private static final String ISSUE = "datafast.visitor.issue-cookie=true";

	private static final String RENEW = "datafast.visitor.renew-cookie=true";

	private static final String DOMAIN = "datafast.visitor.cookie-domain=x.test";

	private static final String[] NAVIGATION = { "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate" };

	private static final Map<List<Object>, WebApplication> applications = new ConcurrentHashMap<>();

	private static WebApplication application(Server server, String... properties) {
		return applications.computeIfAbsent(List.of(server, List.of(properties)),
				(key) -> server.start(Pages.class, properties));
	}

	@AfterEach
	void reset() {
		applications.values().forEach((application) -> {
			application.mock().reset();
			application.outcomes().clear();
		});
	}

	@AfterAll
	static void stop() {
		applications.values().forEach(WebApplication::close);
		applications.clear();
	}

	private static String[] with(String[] headers, String... more) {
		return Stream.concat(Arrays.stream(headers), Arrays.stream(more)).toArray(String[]::new);
	}

	@ParameterizedTest
	@EnumSource
	void anIssuedCookieCountsForTheVeryRequest(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		Response response = RawHttp.get(application.port(), "/page", with(NAVIGATION, "Host", "www.x.test"));
		assertThat(response.cookies()).singleElement().asString().matches("datafast_visitor_id=[0-9a-f-]{36}; .*");
		assertThat(List.of(response.cookies().get(0).split("; "))).contains("Domain=x.test", "Path=/",
				"Max-Age=31536000", "SameSite=Lax");
		assertThat(response.cookies().get(0)).doesNotContainIgnoringCase("HttpOnly").doesNotContain("Secure");
		assertThat(response.header("Cache-Control")).containsExactly("private");
		assertThat(UUID.fromString(response.visitorId()).version()).isEqualTo(4);
		assertThat(response.rawBody()).contains(response.visitorId());
		assertThat(application.mock()).received("page").forVisitor(response.visitorId()).once();
	}

	static Stream<Arguments> requests() {
		List<Arguments> requests = List.of(Arguments.of("GET", true, List.of("Accept", "text/html,*/*")),
				Arguments.of("GET", true, List.of("Accept", "application/xhtml+xml, Text/HTML;q=0.9")),
				Arguments.of("GET", true, List.of(NAVIGATION)),
				Arguments.of("GET", true, List.of(with(NAVIGATION, "Sec-Fetch-Site", "cross-site"))),
				Arguments.of("GET", true, List.of(with(NAVIGATION, "X-Requested-With", "com.example.webview"))),
				Arguments.of("GET", false, List.of("Accept", "*/*")), Arguments.of("GET", false, List.of()),
				Arguments.of("GET", false, List.of("Accept", "application/json,*/*")),
				Arguments.of("GET", false, List.of("Accept", "text/html", "X-Requested-With", "XMLHttpRequest")),
				Arguments.of("GET", false,
						List.of("Accept", "text/html", "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate")),
				Arguments.of("GET", false,
						List.of("Accept", "text/html", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "cors")),
				Arguments.of("GET", false, List.of("Accept", "text/html", "Sec-Fetch-Dest", "document")),
				Arguments.of("GET", false, List.of("Accept", "text/html", "Sec-Fetch-Mode", "no-cors")),
				Arguments.of("GET", false, List.of(with(NAVIGATION, "Sec-Purpose", "prefetch;prerender"))),
				Arguments.of("GET", false, List.of(with(NAVIGATION, "Purpose", "prefetch"))),
				Arguments.of("GET", false, List.of("Accept", "text/html", "X-Moz", "prefetch")),
				Arguments.of("HEAD", false, List.of(NAVIGATION)),
				Arguments.of("POST", false,
						List.of(with(NAVIGATION, "Sec-Fetch-Site", "cross-site", "Origin", "https://pay.test"))),
				Arguments.of("POST", false, List.of("Accept", "text/html", "Origin", "null")));
		return Stream.of(Server.values())
			.flatMap((server) -> requests.stream().map((request) -> Arguments.of(with(server, request.get()))));
	}

	private static Object[] with(Object first, Object[] more) {
		return Stream.concat(Stream.of(first), Stream.of(more)).toArray();
	}

	@ParameterizedTest
	@MethodSource("requests")
	void onlyNavigationsGetACookie(Server server, String method, boolean gets, List<String> headers) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		Response response = RawHttp.send(application.port(), method, "/page", headers.toArray(String[]::new));
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.cookies()).hasSize(gets ? 1 : 0);
		assertThat(response.header("Cache-Control")).hasSize(gets ? 1 : 0);
		application.outcomes().awaitCount(1);
		if (!gets) {
			assertThat(application.outcomes().outcomes()).containsOnly(new Skipped(Skipped.Reason.NO_VISITOR));
		}
	}

	static Stream<Arguments> cachedResponses() {
		Map<String, List<String>> answers = Map.ofEntries(Map.entry("cache=public", List.of("public")),
				Map.entry("cache=private,+Public,+max-age=60", List.of("private, Public, max-age=60")),
				Map.entry("cache=s-maxage=60", List.of("s-maxage=60")),
				Map.entry("cache=private,s-maxage=0", List.of("private,s-maxage=0")),
				Map.entry("cache=max-age=60", List.of("max-age=60")),
				Map.entry("cache=no-cache,max-age%3D60", List.of("no-cache,max-age=60")),
				Map.entry("cache=max-age=60,private=%22x%22", List.of("max-age=60,private=\"x\"")),
				Map.entry("expires=Fri,+01+Jan+2100+00:00:00+GMT", List.of()), Map.entry("cdn=max-age=60", List.of()));
		return Stream.of(Server.values())
			.flatMap((server) -> answers.entrySet()
				.stream()
				.map((answer) -> Arguments.of(server, answer.getKey(), answer.getValue())));
	}

	@ParameterizedTest
	@MethodSource("cachedResponses")
	void aResponseThatCachesShareGetsNoCookieAndStaysAsItIs(Server server, String query, List<String> cacheControl)
			throws Exception {
		for (String property : List.of(ISSUE, RENEW)) {
			WebApplication application = application(server, property, DOMAIN);
			String[] headers = property.equals(RENEW) ? with(NAVIGATION, "Cookie", COOKIE) : NAVIGATION;
			Response response = RawHttp.get(application.port(), "/cached?" + query, headers);
			assertThat(response.status()).isEqualTo(200);
			assertThat(response.cookies()).as(query).isEmpty();
			assertThat(response.header("Cache-Control")).isEqualTo(cacheControl);
		}
	}

	static Stream<Arguments> privateResponses() {
		Map<String, List<String>> answers = Map.of("", List.of("private"), "cache=private,max-age%3D60",
				List.of("private,max-age=60"), "cache=no-store", List.of("no-store"), "cache=no-cache",
				List.of("no-cache", "private"), "cache=max-age=0", List.of("max-age=0", "private"), "expires=0",
				List.of("private"), "expires=Fri,+01+Jan+2010+00:00:00+GMT", List.of("private"),
				"cache=private&expires=Fri,+01+Jan+2100+00:00:00+GMT", List.of("private"), "cdn=no-store",
				List.of("private"));
		return Stream.of(Server.values())
			.flatMap((server) -> answers.entrySet()
				.stream()
				.map((answer) -> Arguments.of(server, answer.getKey(), answer.getValue())));
	}

	@ParameterizedTest
	@MethodSource("privateResponses")
	void aResponseThatIsNotSharedGetsTheCookieAndSaysSo(Server server, String query, List<String> cacheControl)
			throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		Response response = RawHttp.get(application.port(), "/cached?" + query, NAVIGATION);
		assertThat(response.cookies()).hasSize(1);
		assertThat(response.header("Cache-Control")).isEqualTo(cacheControl);
	}

	@ParameterizedTest
	@EnumSource
	void aMalformedCookieIsReplaced(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		Response response = RawHttp.get(application.port(), "/page",
				with(NAVIGATION, "Cookie", "datafast_visitor_id=mal/formed"));
		assertThat(response.cookies()).hasSize(1);
		assertThat(response.rawBody()).contains(response.visitorId());
	}

	@ParameterizedTest
	@EnumSource
	void aWellFormedCookieIsKept(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		for (String cookie : List.of(COOKIE, "datafast_visitor_id=mal/formed; " + COOKIE)) {
			Response response = RawHttp.get(application.port(), "/page", with(NAVIGATION, "Cookie", cookie));
			assertThat(response.cookies()).isEmpty();
			assertThat(response.header("Cache-Control")).isEmpty();
			assertThat(response.rawBody()).contains(VISITOR);
		}
	}

	@ParameterizedTest
	@EnumSource
	void cookiesThatDisagreeCountAsNoneAndAreLeftAlone(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, RENEW, DOMAIN);
		Response response = RawHttp.get(application.port(), "/page",
				with(NAVIGATION, "Cookie", COOKIE + "; datafast_visitor_id=other"));
		assertThat(response.cookies()).isEmpty();
		assertThat(response.rawBody()).contains("none");
		assertThat(application.outcomes().awaitSingle(Skipped.class)).isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
		assertThat(RawHttp.get(application.port(), "/page", "Cookie", COOKIE + "; " + COOKIE).rawBody())
			.contains(VISITOR);
	}

	@ParameterizedTest
	@EnumSource
	void navigationsRenewTheCookie(Server server) throws Exception {
		WebApplication application = application(server, RENEW, DOMAIN);
		Response response = RawHttp.get(application.port(), "/page",
				with(NAVIGATION, "Cookie", COOKIE, "Host", "shop.x.test"));
		assertThat(response.cookies()).singleElement().asString().startsWith(COOKIE + ";").doesNotContain("HttpOnly");
		assertThat(List.of(response.cookies().get(0).split("; "))).contains("Domain=x.test", "Path=/",
				"Max-Age=31536000", "SameSite=Lax");
		assertThat(response.header("Cache-Control")).containsExactly("private");
		assertThat(application.mock()).received("page").forVisitor(VISITOR).once();
		for (String cookie : List.of("other=1", "datafast_visitor_id=mal/formed", "datafast_visitor_id=")) {
			assertThat(RawHttp.get(application.port(), "/page", with(NAVIGATION, "Cookie", cookie)).cookies())
				.isEmpty();
		}
		assertThat(RawHttp
			.get(application.port(), "/page", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Mode", "cors", "Cookie", COOKIE)
			.cookies()).isEmpty();
		assertThat(RawHttp.send(application.port(), "POST", "/page", with(NAVIGATION, "Cookie", COOKIE)).cookies())
			.isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void issuingAndRenewingGoTogether(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, RENEW, DOMAIN);
		assertThat(RawHttp.get(application.port(), "/page", with(NAVIGATION, "Cookie", COOKIE)).visitorId())
			.isEqualTo(VISITOR);
		assertThat(RawHttp.get(application.port(), "/page", NAVIGATION).visitorId()).matches("[0-9a-f-]{36}");
	}

	@ParameterizedTest
	@EnumSource
	void theApplicationsOwnCookieOfTheNameStays(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, RENEW, DOMAIN);
		for (String[] headers : List.of(NAVIGATION, with(NAVIGATION, "Cookie", COOKIE))) {
			assertThat(RawHttp.get(application.port(), "/cached?cookie=datafast_visitor_id=;+Max-Age=0", headers)
				.cookies()).singleElement().asString().startsWith("datafast_visitor_id=;");
		}
	}

	static Stream<Arguments> hosts() {
		Map<String, String> domains = Map.ofEntries(Map.entry("x.test", "x.test"), Map.entry("www.x.test", "x.test"),
				Map.entry("WWW.X.Test:8080", "x.test"), Map.entry("a.b.x.test", "x.test"),
				Map.entry("shop.other.test", "shop.other.test"), Map.entry("evilx.test", "evilx.test"),
				Map.entry("x.test.evil.test", "x.test.evil.test"), Map.entry("localhost", ""),
				Map.entry("localhost:8080", ""), Map.entry("intranet", ""), Map.entry("127.0.0.1", ""),
				Map.entry("10.0.0.1:8080", ""), Map.entry("[::1]", ""), Map.entry("[2001:db8::1]:8080", ""),
				Map.entry("www.x.test.", ""));
		return Stream.of(Server.values())
			.flatMap((server) -> domains.entrySet()
				.stream()
				.map((domain) -> Arguments.of(server, domain.getKey(), domain.getValue())));
	}

	@ParameterizedTest
	@MethodSource("hosts")
	void aCookieHasTheDomainThatTheScriptGivesItsOwn(Server server, String host, String domain) throws Exception {
		for (String property : List.of(DOMAIN, "datafast.visitor.cookie-domain=.X.test")) {
			WebApplication application = application(server, ISSUE, property);
			Response response = RawHttp.get(application.port(), "/page", with(NAVIGATION, "Host", host));
			assertThat(response.cookies()).singleElement().extracting(VisitorCookieTests::domain).isEqualTo(domain);
		}
	}

	@ParameterizedTest
	@EnumSource
	void withoutADomainItIsTheHostThatWasRequested(Server server, CapturedOutput output) throws Exception {
		try (WebApplication application = server.start(Pages.class, ISSUE)) {
			assertThat(domain(
					RawHttp.get(application.port(), "/page", with(NAVIGATION, "Host", "www.x.test")).cookies().get(0)))
				.isEqualTo("www.x.test");
			assertThat(domain(
					RawHttp.get(application.port(), "/page", with(NAVIGATION, "Host", "localhost")).cookies().get(0)))
				.isEmpty();
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("datafast.visitor.cookie-domain", "www.example.com is two visitors");
	}

	private static String domain(String cookie) {
		return Stream.of(cookie.split("; "))
			.filter((attribute) -> attribute.startsWith("Domain="))
			.map((attribute) -> attribute.substring("Domain=".length()))
			.findFirst()
			.orElse("");
	}

	@ParameterizedTest
	@EnumSource
	void aCookieIsSecureWhereTheRequestCameOverHttps(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN, "datafast.visitor.cookie-name=vid",
				"server.forward-headers-strategy=framework");
		Response response = RawHttp.get(application.port(), "/page",
				with(NAVIGATION, "X-Forwarded-Proto", "https", "X-Forwarded-Host", "www.x.test"));
		assertThat(response.cookies()).singleElement()
			.asString()
			.startsWith("vid=")
			.contains("; Domain=x.test", "; Secure");
		assertThat(RawHttp.get(application.port(), "/page", "Cookie", "vid=" + VISITOR).rawBody()).contains(VISITOR);
	}

	@ParameterizedTest
	@EnumSource
	void theHeaderComesBeforeTheCookie(Server server) throws Exception {
		WebApplication application = application(server, "datafast.visitor.header-name=X-Visitor", ISSUE, RENEW,
				DOMAIN);
		int port = application.port();
		assertThat(RawHttp.get(port, "/page", "x-visitor", "by-header").rawBody()).contains("by-header");
		assertThat(RawHttp.get(port, "/page", "X-Visitor", "by-header", "Cookie", COOKIE).rawBody())
			.contains("by-header");
		assertThat(
				RawHttp.get(port, "/page", "X-Visitor", "by-header", "Cookie", COOKIE + "; " + COOKIE + "x").rawBody())
			.contains("by-header");
		assertThat(RawHttp.get(port, "/page", "Cookie", COOKIE).rawBody()).contains(VISITOR);
		for (String malformed : List.of("by header", "<script>", "a,b", "x".repeat(129))) {
			assertThat(RawHttp.get(port, "/page", "X-Visitor", malformed, "Cookie", COOKIE).rawBody())
				.contains(VISITOR);
			assertThat(RawHttp.get(port, "/page", "X-Visitor", malformed).rawBody()).contains("none");
		}
		assertThat(RawHttp.get(port, "/page", "X-Visitor", "one", "X-Visitor", "two").rawBody()).contains("none");
		assertThat(RawHttp.get(port, "/page", "X-Visitor", "by-header", "X-Visitor", "by-header").rawBody())
			.contains("by-header");
		assertThat(RawHttp.get(port, "/page", "X-Visitor", "", "X-Visitor", "by-header").rawBody())
			.contains("by-header");
		Response navigation = RawHttp.get(port, "/page", with(NAVIGATION, "X-Visitor", "by-header"));
		assertThat(navigation.rawBody()).contains("by-header");
		assertThat(navigation.cookies()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void noHeaderIsReadByDefault(Server server) throws Exception {
		WebApplication application = application(server, ISSUE, DOMAIN);
		assertThat(RawHttp.get(application.port(), "/page", "X-Visitor", "by-header").rawBody()).contains("none");
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsWrittenWhereItIsSwitchedOff(Server server, CapturedOutput output) throws Exception {
		try (WebApplication application = server.start(Pages.class, "datafast.enabled=false", ISSUE, RENEW)) {
			for (String[] headers : List.of(NAVIGATION, with(NAVIGATION, "Cookie", COOKIE))) {
				Response response = RawHttp.get(application.port(), "/page", headers);
				assertThat(response.status()).isEqualTo(200);
				assertThat(response.cookies()).isEmpty();
				assertThat(response.header("Cache-Control")).isEmpty();
			}
		}
		assertThat(output).doesNotContain("cookie-domain");
	}

	@RestController
	static class Pages {

		@GetMapping(path = "/page", produces = "text/html")
		@TrackGoal("page")
		ResponseEntity<String> page(@VisitorId String visitorId) {
			return ResponseEntity.ok((visitorId != null) ? visitorId : "none");
		}

		@PostMapping(path = "/page", produces = "text/html")
		@TrackGoal("page")
		ResponseEntity<String> post(@VisitorId String visitorId) {
			return ResponseEntity.ok((visitorId != null) ? visitorId : "none");
		}

		@GetMapping(path = "/cached", produces = "text/html")
		ResponseEntity<String> cached(@RequestParam Map<String, String> headers) {
			HttpHeaders response = new HttpHeaders();
			Map<String, String> names = Map.of("cache", HttpHeaders.CACHE_CONTROL, "expires", HttpHeaders.EXPIRES,
					"cdn", "CDN-Cache-Control", "cookie", HttpHeaders.SET_COOKIE);
			headers.forEach((key, value) -> response.set(names.get(key), value));
			return ResponseEntity.ok().headers(response).body("cached");
		}

	}

}
