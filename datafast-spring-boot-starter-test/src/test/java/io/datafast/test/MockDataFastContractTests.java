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

package io.datafast.test;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Tests for the rules that {@link MockDataFast} enforces.
 */
class MockDataFastContractTests {

	private final MockDataFast mockDataFast = MockDataFast.start();

	private final TestClient client = new TestClient(this.mockDataFast);

	@AfterEach
	void close() {
		this.mockDataFast.close();
	}

	@Test
	void answersValidGoalAsDocumented() throws Exception {
		HttpResponse<String> response = this.client
			.send("""
					{"datafast_visitor_id":"visitor-1","name":"checkout:completed","metadata":{"plan":"pro","seats":"3"}}""");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
		assertThat(response.body())
			.matches("\\{\"status\":\"success\",\"data\":\\[\\{\"message\":\"[^\"]+\",\"eventId\":\"[0-9a-f]{24}\"}]}");
		ReceivedGoal goal = this.mockDataFast.getGoals().get(0);
		assertThat(goal.name()).isEqualTo("checkout:completed");
		assertThat(goal.visitorId()).isEqualTo("visitor-1");
		assertThat(goal.metadata()).containsExactly(Map.entry("plan", "pro"), Map.entry("seats", "3"));
		assertThat(response.body()).contains(goal.eventId());
		assertThat(goal.receivedAt()).isNotNull();
	}

	@Test
	void acceptsGoalWithoutMetadata() throws Exception {
		assertAccepted("""
				{"datafast_visitor_id":"visitor-1","name":"signup"}""");
		assertThat(this.mockDataFast.getGoals().get(0).metadata()).isEmpty();
	}

	@Test
	void givesEachGoalItsOwnEventId() throws Exception {
		for (int i = 0; i < 20; i++) {
			assertAccepted(TestClient.goal("signup"));
		}
		assertThat(this.mockDataFast.getGoals()).extracting(ReceivedGoal::eventId).doesNotHaveDuplicates().hasSize(20);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "0", "_", "-", ":", "abcdefghijklmnopqrstuvwxyz0123456789_-:", "identify2" })
	void acceptsNameOfAllowedCharacters(String name) throws Exception {
		assertAccepted(TestClient.goal(name));
		assertThat(this.mockDataFast.getGoals(name)).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "A", "a b", "a.b", "a/b", "é", "a\n", "identify" })
	void refusesOtherName(String name) throws Exception {
		assertRefused(400, "name ", TestClient.goal(name));
	}

	@Test
	void limitsNameTo64Characters() throws Exception {
		assertAccepted(TestClient.goal("a".repeat(63)));
		assertAccepted(TestClient.goal("a".repeat(64)));
		assertRefused(400, "name is required", TestClient.goal("a".repeat(65)));
	}

	@ParameterizedTest
	@ValueSource(strings = { """
			{"datafast_visitor_id":"visitor-1"}""", """
			{"datafast_visitor_id":"visitor-1","name":null}""", """
			{"datafast_visitor_id":"visitor-1","name":5}""" })
	void requiresNameToBeString(String body) throws Exception {
		assertRefused(400, "name is required", body);
	}

	@ParameterizedTest
	@ValueSource(strings = { """
			{"name":"signup"}""", """
			{"datafast_visitor_id":null,"name":"signup"}""", """
			{"datafast_visitor_id":"","name":"signup"}""", """
			{"datafast_visitor_id":5,"name":"signup"}""" })
	void requiresVisitorIdToBeNonEmptyString(String body) throws Exception {
		assertRefused(400, "datafast_visitor_id is required", body);
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "[]", "\"text\"", "5" })
	void requiresMetadataToBeObject(String metadata) throws Exception {
		assertRefused(400, "metadata must be an object", """
				{"datafast_visitor_id":"visitor-1","name":"signup","metadata":%s}""".formatted(metadata));
	}

	@Test
	void limitsMetadataToTenEntries() throws Exception {
		assertAccepted(TestClient.goal("signup", "visitor-1", entries(9)));
		assertAccepted(TestClient.goal("signup", "visitor-1", entries(10)));
		assertRefused(400, "at most 10 entries, but has 11", TestClient.goal("signup", "visitor-1", entries(11)));
	}

	private static Map<String, String> entries(int count) {
		Map<String, String> entries = new LinkedHashMap<>();
		for (int i = 0; i < count; i++) {
			entries.put("key-" + i, "value");
		}
		return entries;
	}

	@Test
	void limitsMetadataKeyTo64Characters() throws Exception {
		assertAccepted(withEntry("k".repeat(63), "value"));
		assertAccepted(withEntry("k".repeat(64), "value"));
		assertRefused(400, "metadata key", withEntry("k".repeat(65), "value"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Plan", "a:b", "a b", "a.b", "é", "say \"hi\"" })
	void refusesMetadataKeyOfOtherCharacters(String key) throws Exception {
		assertRefused(400, "metadata key", withEntry(key, "value"));
	}

	@Test
	void acceptsMetadataKeyOfAllowedCharacters() throws Exception {
		assertAccepted(withEntry("abcdefghijklmnopqrstuvwxyz0123456789_-", "value"));
	}

	@Test
	void limitsMetadataValueTo255Characters() throws Exception {
		assertAccepted(withEntry("key", ""));
		assertAccepted(withEntry("key", "v".repeat(254)));
		assertAccepted(withEntry("key", "v".repeat(255)));
		assertRefused(400, "at most 255 characters, but has 256", withEntry("key", "v".repeat(256)));
	}

	static Stream<Object> valuesThatAreNoStrings() {
		return Stream.of(5, true, List.of("value"), Map.of("a", "b"));
	}

	@ParameterizedTest
	@MethodSource("valuesThatAreNoStrings")
	void requiresMetadataValueToBeString(Object value) throws Exception {
		assertRefused(400, "metadata value of 'key' must be a string", withEntry("key", value));
	}

	@Test
	void refusesNullAsMetadataValue() throws Exception {
		assertRefused(400, "metadata value of 'key' must be a string", withEntry("key", null));
	}

	static Stream<Arguments> valuesWithHtml() {
		return Stream.of(arguments("a <b>bold</b> word", "a bold word"),
				arguments("x<script type=\"text/javascript\">alert(1)</script>y", "xy"),
				arguments("x<STYLE>p { }</STYLE>y", "xy"), arguments("<!-- comment -->x<br/>", "x"),
				arguments("1 < 2 > 0", "1 < 2 > 0"),
				arguments("a & \"b\" \u00e9 \ud83d\ude00\n", "a & \"b\" \u00e9 \ud83d\ude00\n"));
	}

	@ParameterizedTest
	@MethodSource("valuesWithHtml")
	void stripsHtmlFromMetadataValue(String sent, String received) throws Exception {
		assertAccepted(withEntry("key", sent));
		assertThat(this.mockDataFast.getGoals().get(0).metadata()).containsEntry("key", received);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "null", "[]", "\"goal\"", "5", "{", "{\"name\":\"signup\"", "{'name':'signup'}",
			"<html></html>", "\u0000" })
	void refusesBodyThatIsNoJsonObject(String body) throws Exception {
		assertRefused(400, "The body is not a JSON object", body);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "application/json;charset=UTF-8", "application/json ; charset=utf-8",
			"Application/JSON" })
	void acceptsJsonContentType(String contentType) throws Exception {
		HttpRequest request = this.client.request("/goals")
			.setHeader("Content-Type", contentType)
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
		assertThat(this.client.send(request).statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded", "application/json5",
			"application/problem+json" })
	void refusesOtherContentType(String contentType) throws Exception {
		HttpRequest request = this.client.request("/goals")
			.setHeader("Content-Type", contentType)
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
		assertRefused(400, "Content-Type must be application/json", request);
	}

	@Test
	void refusesMissingContentType() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.mockDataFast.getBaseUrl() + "/goals"))
			.header("Authorization", "Bearer " + this.mockDataFast.getApiKey())
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
		assertRefused(400, "Content-Type must be application/json", request);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Bearer", "Bearer ", "Bearer df_other", "Bearer dft_other", "Bearer df_mock_key2",
			"Basic df_mock_key", "df_mock_key" })
	void refusesOtherAuthorization(String authorization) throws Exception {
		HttpRequest request = this.client.request("/goals")
			.setHeader("Authorization", authorization)
			.POST(BodyPublishers.ofString("also not JSON"))
			.build();
		assertRefused(401, "API key", request);
	}

	@Test
	void refusesMissingAuthorization() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.mockDataFast.getBaseUrl() + "/goals"))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
		assertRefused(401, "Missing API key", request);
	}

	@ParameterizedTest
	@ValueSource(strings = { "?websiteId=1", "?a=b&websiteId=w-1" })
	void acceptsAccountTokenWithWebsiteId(String query) throws Exception {
		assertThat(this.client.send(withAccountToken(query)).statusCode()).isEqualTo(200);
		assertThat(this.mockDataFast.getRequests().get(0).query()).isEqualTo(query.substring(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "?websiteId", "?websiteId=", "?websiteid=1", "?notWebsiteId=1" })
	void refusesAccountTokenWithoutWebsiteId(String query) throws Exception {
		assertRefused(400, "'websiteId'", withAccountToken(query));
	}

	private HttpRequest withAccountToken(String query) {
		return this.client.request("/goals" + query)
			.setHeader("Authorization", "Bearer " + this.mockDataFast.getAccountToken())
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
	}

	@Test
	void ignoresWebsiteIdWithWebsiteKey() throws Exception {
		HttpRequest request = this.client.request("/goals?websiteId=1")
			.POST(BodyPublishers.ofString(TestClient.goal("signup")))
			.build();
		assertThat(this.client.send(request).statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "/goal", "/goals/", "/goals/1", "/payments" })
	void answers404ForOtherPath(String path) throws Exception {
		assertRefused(404, "No such endpoint", this.client.request(path).POST(BodyPublishers.ofString("{}")).build());
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "PUT", "PATCH", "DELETE" })
	void answers405ForOtherMethod(String method) throws Exception {
		HttpRequest request = this.client.request("/goals").method(method, BodyPublishers.noBody()).build();
		HttpResponse<String> response = assertRefused(405, "Method not allowed", request);
		assertThat(response.headers().firstValue("Allow")).contains("POST");
	}

	@Test
	void answersHeadRequestWithoutBody() throws Exception {
		HttpRequest request = this.client.request("/goals").method("HEAD", BodyPublishers.noBody()).build();
		assertThat(this.client.send(request).statusCode()).isEqualTo(405);
	}

	@Test
	void answers404ForUnknownVisitor() throws Exception {
		this.mockDataFast.unknownVisitor("visitor-1");
		assertRefused(404, "Visitor not found", TestClient.goal("signup"));
		assertAccepted(TestClient.goal("signup", "visitor-2", Map.of()));
	}

	@Test
	void answers400ForBot() throws Exception {
		this.mockDataFast.bot("visitor-1");
		assertRefused(400, "Visitor is a bot", TestClient.goal("signup"));
		assertAccepted(TestClient.goal("signup", "visitor-2", Map.of()));
	}

	@Test
	void answers403WhileSuspended() throws Exception {
		this.mockDataFast.suspended(true);
		assertRefused(403, "suspended", TestClient.goal("signup"));
		this.mockDataFast.suspended(false);
		assertAccepted(TestClient.goal("signup"));
	}

	@Test
	void recordsRequestsWhetherAcceptedOrNot() throws Exception {
		this.client.send(TestClient.goal("signup"));
		this.client.send("{}");
		this.client.send(this.client.request("/other?a=b").setHeader("X-Test", "yes").GET().build());
		List<ReceivedRequest> requests = this.mockDataFast.getRequests();
		assertThat(requests).extracting(ReceivedRequest::status).containsExactly(200, 400, 404);
		assertThat(requests.get(0).body()).isEqualTo(TestClient.goal("signup"));
		assertThat(requests.get(0).method()).isEqualTo("POST");
		assertThat(requests.get(0).path()).isEqualTo("/api/v1/goals");
		assertThat(requests.get(0).query()).isNull();
		assertThat(requests.get(2).method()).isEqualTo("GET");
		assertThat(requests.get(2).query()).isEqualTo("a=b");
		assertThat(requests.get(2).headers().get("X-TEST")).containsExactly("yes");
		assertThat(requests.get(2).header("x-test")).isEqualTo("yes");
		assertThat(requests.get(2).header("x-other")).isNull();
	}

	@Test
	void returnsSnapshots() throws Exception {
		this.client.send(TestClient.goal("signup"));
		List<ReceivedGoal> goals = this.mockDataFast.getGoals();
		List<ReceivedRequest> requests = this.mockDataFast.getRequests();
		this.mockDataFast.reset();
		assertThat(goals).isUnmodifiable().hasSize(1);
		assertThat(requests).isUnmodifiable().hasSize(1);
		assertThat(this.mockDataFast.getGoals()).isEmpty();
		assertThat(this.mockDataFast.getRequests()).isEmpty();
	}

	@Test
	void listensOnLoopbackInterface() {
		assertThat(this.mockDataFast.getBaseUrl()).matches("http://127\\.0\\.0\\.1:\\d+/api/v1");
		assertThat(this.mockDataFast).hasToString("MockDataFast at " + this.mockDataFast.getBaseUrl());
	}

	@Test
	void failsToStartOnPortThatIsTaken() {
		int port = URI.create(this.mockDataFast.getBaseUrl()).getPort();
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> MockDataFast.start(port))
			.withMessageContaining(String.valueOf(port));
	}

	@Test
	void runsOnDaemonThreadsOnly() throws Exception {
		this.client.send(TestClient.goal("signup"));
		assertThat(Thread.getAllStackTraces().keySet()).filteredOn(
				(thread) -> thread.getName().startsWith("mock-datafast") || thread.getName().equals("HTTP-Dispatcher"))
			.isNotEmpty()
			.allMatch(Thread::isDaemon);
	}

	private static String withEntry(String key, Object value) {
		return TestClient.goal("signup", "visitor-1", Collections.singletonMap(key, value));
	}

	private void assertAccepted(String body) throws Exception {
		HttpResponse<String> response = this.client.send(body);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
	}

	private void assertRefused(int status, String message, String body) throws Exception {
		assertRefused(status, message, this.client.post(body));
	}

	private HttpResponse<String> assertRefused(int status, String message, HttpRequest request) throws Exception {
		int goals = this.mockDataFast.getGoals().size();
		HttpResponse<String> response = this.client.send(request);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
		assertThat(response.body())
			.startsWith("{\"status\":\"error\",\"error\":{\"code\":" + status + ",\"message\":\"")
			.endsWith("\"}}");
		List<ReceivedRequest> requests = this.mockDataFast.getRequests();
		assertThat(requests.get(requests.size() - 1).message()).contains(message);
		assertThat(this.mockDataFast.getGoals()).hasSize(goals);
		return response;
	}

}
