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

package com.example;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the same classes without the starter on the class path and with it. Without it,
 * the Java virtual machine ignores its annotations.
 */
class BookshopTests {

	private static final String ENDPOINTS = "beans conditions mappings metrics scheduledtasks threaddump caches";

	private static final Map<String, String> reportsWithout = new LinkedHashMap<>();

	private static final Map<String, String> reportsWith = new LinkedHashMap<>();

	private static MockDataFast mock;

	private static Bookshop without;

	private static Bookshop with;

	@BeforeAll
	static void visitBoth() throws Exception {
		mock = MockDataFast.start();
		without = Bookshop.start("without", classPath("application"), Map.of());
		with = Bookshop.start("with", classPath("application") + File.pathSeparator + classPath("starter"),
				Map.of("DATAFAST_API_KEY", mock.getApiKey(), "DATAFAST_BASE_URL", mock.getBaseUrl(),
						"DATAFAST_METADATA_APP_VERSION", "1.0"));
		visit(without, reportsWithout);
		visit(with, reportsWith);
		reportsWith.put("datafast", with.actuator("datafast"));
		// DevTools restarts both.
		Files.writeString(Path.of("target", "classes", "changed.txt"), "");
		visitAgain(without);
		visitAgain(with);
		without.stop();
		// Delivers what is pending.
		with.stop();
	}

	@AfterAll
	static void end() {
		Stream.of(without, with).forEach((bookshop) -> {
			if (bookshop != null) {
				bookshop.kill();
			}
		});
		mock.close();
	}

	private static String classPath(String name) throws Exception {
		return Files.readString(Path.of("target", "class-path", name)).strip();
	}

	private static void visit(Bookshop bookshop, Map<String, String> reports) throws Exception {
		bookshop.awaitStart(1);
		bookshop.visit("book", "GET", "/books/1", "", "");
		bookshop.visit("book-unknown", "GET", "/books/9", "", "");
		bookshop.visit("form", "GET", "/signup", "", "");
		bookshop.visit("form-without-token", "POST", "/signup", "", "email=a@example.com");
		bookshop.visit("form-with-errors", "POST", "/signup", "", "email=a&_csrf={csrf}");
		bookshop.visit("form-submitted", "POST", "/signup", "", "email=a@example.com&_csrf={csrf}");
		bookshop.visit("basket", "PUT", "/api/basket?title=Emma", "clerk", "");
		bookshop.visit("purchase", "POST", "/api/purchases", "clerk", "{\"book\":1,\"quantity\":2}");
		bookshop.visit("purchase-invalid", "POST", "/api/purchases", "clerk", "{\"book\":1,\"quantity\":0}");
		bookshop.visit("purchase-malformed", "POST", "/api/purchases", "clerk", "{\"book\":");
		bookshop.visit("purchase-rolled-back", "POST", "/api/purchases", "clerk", "{\"book\":2,\"quantity\":2}");
		bookshop.visit("price", "GET", "/api/prices/1", "clerk", "");
		bookshop.visit("price-cached", "GET", "/api/prices/1", "clerk", "");
		bookshop.visit("price-invalid", "GET", "/api/prices/0", "clerk", "");
		bookshop.visit("supply-retried", "POST", "/api/supplies?title=Emma&failures=2", "clerk", "");
		bookshop.visit("supply-recovered", "POST", "/api/supplies?title=Emma&failures=9", "clerk", "");
		bookshop.visit("revenue", "GET", "/api/revenue", "owner", "");
		bookshop.visit("revenue-masked", "GET", "/api/revenue", "clerk", "");
		bookshop.visit("revenue-anonymous", "GET", "/api/revenue", "", "");
		bookshop.visit("reset", "DELETE", "/api/revenue", "owner", "");
		bookshop.visit("reset-denied", "DELETE", "/api/revenue", "clerk", "");
		bookshop.visit("mail", "POST", "/api/mails?text=Hello", "clerk", "");
		bookshop.visit("mail-failed", "POST", "/api/mails?text=", "clerk", "");
		bookshop.visit("failure", "GET", "/api/failure", "clerk", "");
		bookshop.visit("health", "GET", "/actuator/health", "", "");
		bookshop.visit("open-api", "GET", "/v3/api-docs", "", "");
		for (String endpoint : ENDPOINTS.split(" ")) {
			reports.put(endpoint, bookshop.actuator(endpoint));
		}
	}

	private static void visitAgain(Bookshop bookshop) throws Exception {
		bookshop.awaitStart(2);
		bookshop.visit("basket-after-restart", "PUT", "/api/basket?title=Persuasion", "clerk", "");
	}

	@Test
	void theStarterBringsNoOtherLibraries() throws Exception {
		assertThat(classPath("starter").split(File.pathSeparator)).extracting((jar) -> Path.of(jar).getFileName())
			.allSatisfy((name) -> assertThat(name.toString())
				.matches("(datafast-spring-boot-(starter|autoconfigure)|jspecify|spring-boot-starter-json)-[0-9].*"));
	}

	@Test
	void theBeansAreTheSame() {
		Map<String, Map<String, Object>> before = beans(reportsWithout);
		Map<String, Map<String, Object>> after = beans(reportsWith);
		assertThat(names(after.keySet()).filter((name) -> !name.equals("welcome")))
			.containsExactlyInAnyOrderElementsOf(before.keySet());
		before.forEach((name, bean) -> {
			assertThat(after.get(name).get("scope")).as(name).isEqualTo(bean.get("scope"));
			assertThat(after.get(name).get("aliases")).as(name).isEqualTo(bean.get("aliases"));
			assertThat(dependencies(after.get(name))).as(name)
				.containsExactlyInAnyOrderElementsOf(dependencies(bean).toList());
		});
	}

	@Test
	void onlyBeansThatTrackBecomeProxies() {
		Map<String, String> others = new TreeMap<>();
		Map<String, Map<String, Object>> after = beans(reportsWith);
		beans(reportsWithout).forEach((name, bean) -> {
			String type = type(bean);
			String typeAfter = type(after.get(name));
			if (!typeAfter.equals(type)) {
				others.put(name, typeAfter.replace(type, ""));
			}
		});
		assertThat(others).containsOnlyKeys("bookController", "signupController", "purchaseController",
				"officeController", "housekeeping", "housekeeping.Shutters");
		assertThat(others.values()).containsOnly("$$SpringCGLIB$$0");
	}

	@ParameterizedTest
	@CsvSource({ "conditions, $.contexts.*.positiveMatches", "conditions, $.contexts.*.negativeMatches" })
	void theConditionsOfAutoConfigurationsAreTheSame(String report, String path) {
		Map<String, Object> before = merge(reportsWithout, report, path);
		Map<String, Object> after = merge(reportsWith, report, path);
		before.remove("Welcome");
		after.keySet().removeIf((name) -> name.matches("(DataFast|TrackGoal|VisitorCookie|Welcome).*"));
		assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
		before.forEach((name, condition) -> assertThat(after.get(name)).as(name).isEqualTo(condition));
	}

	@ParameterizedTest
	@CsvSource({ "mappings, $..predicate", "mappings, $..handler", "mappings, $..servletFilters..name",
			"mappings, $..servlets..name", "metrics, $.names", "scheduledtasks, $..target", "caches, $..target" })
	void theReportsAreTheSame(String report, String path) {
		assertThat(values(reportsWith, report, path).filter((value) -> !isExpected(value)))
			.containsExactlyInAnyOrderElementsOf(
					values(reportsWithout, report, path).filter((value) -> !isExpected(value)).toList());
	}

	private static boolean isExpected(String value) {
		// The calls to DataFast are observed. Which collections of garbage there were depends on time.
		return value.matches(".*\\bdatafast\\b.*|http\\.client\\.requests(\\.active)?|jvm\\.gc\\..*");
	}

	@Test
	void theThreadsAreTheSameButForThoseOfTheDelivery() {
		String path = "$..threadName";
		List<String> before = values(reportsWithout, "threaddump", path).map(BookshopTests::withoutNumbers).toList();
		assertThat(values(reportsWith, "threaddump", path).map(BookshopTests::withoutNumbers)
			.filter((name) -> !before.contains(name)))
			.allMatch((name) -> name.matches("datafast-(delivery|timer)-.*|HttpClient-.*"));
	}

	@Test
	void theAnswersAreTheSame() {
		without.answers()
			.forEach((visitor, answer) -> assertThat(with.answers().get(visitor)).as(visitor).isEqualTo(answer));
	}

	@ParameterizedTest
	@CsvSource({ "book, 200", "book-unknown, 404", "form-without-token, 403", "form-with-errors, 200",
			"form-submitted, 302", "basket, 200", "basket-after-restart, 200", "purchase, 201", "purchase-invalid, 400",
			"purchase-malformed, 400", "purchase-rolled-back, 409", "price, 200", "price-cached, 200",
			"price-invalid, 400", "supply-retried, 200", "supply-recovered, 200", "revenue, 200",
			"revenue-masked, 200", "revenue-anonymous, 401", "reset, 200", "reset-denied, 403", "mail, 200",
			"mail-failed, 400", "failure, 500", "health, 200", "open-api, 200" })
	void theAnswersAreThoseOfTheApplication(String visitor, int status) {
		assertThat(with.answers().get(visitor).status()).isEqualTo(status);
	}

	@Test
	void theSessionOutlivesARestart() {
		assertThat(with.answers().get("basket-after-restart").body()).isEqualTo("[\"Emma\",\"Persuasion\"]");
	}

	@Test
	void theLogIsTheSame() {
		// The second line is Spring Boot's, about the filter that is off.
		assertThat(with.log()
			.stream()
			.filter((line) -> !line.matches("[A-Z]+ io\\.datafast\\..*|.* - Filter dataFastVisitorCookieFilter .*")))
			.containsExactlyInAnyOrderElementsOf(without.log());
		assertThat(with.output()).doesNotContain("ERROR io.datafast", "WARN io.datafast");
	}

	@ParameterizedTest
	@CsvSource({ "book, book:viewed", "form-submitted, signed_up", "basket, basket:filled", "basket-after-restart, basket:filled",
			"purchase, book:reserved book:purchased checkout", "price, price:calculated price:asked",
			"price-cached, price:asked", "supply-retried, supply:ordered", "revenue, revenue:seen",
			"reset, revenue:reset", "mail, mail:sent mail:requested", "housekeeper, books:dusted shutters:closed books:dusted shutters:closed" })
	void whatIsDoneIsAGoalOfItsVisitor(String visitor, String goals) {
		assertThat(goals(visitor)).containsExactlyInAnyOrder(goals.split(" "));
	}

	@ParameterizedTest
	@ValueSource(strings = { "book-unknown", "form", "form-without-token", "form-with-errors",
			"purchase-invalid", "purchase-malformed", "purchase-rolled-back", "price-invalid", "supply-recovered",
			"revenue-masked", "revenue-anonymous", "reset-denied", "mail-failed", "failure", "health", "open-api" })
	void whatIsNotDoneIsNoGoal(String visitor) {
		assertThat(goals(visitor)).isEmpty();
	}

	@Test
	void thereAreNoOtherGoals() {
		assertThat(mock.getRequests()).hasSameSizeAs(mock.getGoals()).hasSize(19);
		assertThat(JsonPath.<Map<String, Object>>read(reportsWith.get("datafast"), "$.outcomes"))
			.containsOnlyKeys("created", "skipped")
			.containsEntry("skipped", Map.of("rolled_back", 1));
	}

	@Test
	void goalsHaveTheMetadataOfTheMethodAndOfTheEnvironment() {
		assertThat(mock.getGoals())
			.allSatisfy((goal) -> assertThat(goal.metadata()).containsEntry("app_version", "1.0"));
		assertThat(mock.getGoals("book:viewed")).singleElement()
			.satisfies((goal) -> assertThat(goal.metadata()).containsEntry("book", "1"));
		assertThat(mock.getGoals("book:purchased")).singleElement()
			.satisfies((goal) -> assertThat(goal.metadata()).containsEntry("title", "Emma"));
	}

	private static Stream<String> goals(String visitor) {
		return mock.getGoals().stream().filter((goal) -> goal.visitorId().equals(visitor)).map(ReceivedGoal::name);
	}

	private static Map<String, Map<String, Object>> beans(Map<String, String> reports) {
		Map<String, Map<String, Object>> beans = new LinkedHashMap<>();
		merge(reports, "beans", "$.contexts.*.beans").forEach((name, bean) -> {
			@SuppressWarnings("unchecked")
			Map<String, Object> properties = (Map<String, Object>) bean;
			beans.put(name, properties);
		});
		return beans;
	}

	private static Stream<String> dependencies(Map<String, Object> bean) {
		return names((Collection<?>) bean.get("dependencies")).map((name) -> name.replaceAll("[@#][0-9a-f]+", "@"));
	}

	private static String type(Map<String, Object> bean) {
		return String.valueOf(bean.get("type")).replaceAll("\\$\\$Lambda.*|\\$Proxy\\d+", "");
	}

	private static Map<String, Object> merge(Map<String, String> reports, String report, String path) {
		Map<String, Object> merged = new LinkedHashMap<>();
		JsonPath.<List<Map<String, Object>>>read(reports.get(report), path).forEach(merged::putAll);
		return merged;
	}

	/**
	 * Returns names of beans without those of the starter and of its auto-configurations.
	 */
	private static Stream<String> names(Collection<?> names) {
		return names.stream()
			.map(String::valueOf)
			.filter((name) -> !name.matches("dataFast.*|io\\.datafast\\..*|datafast-io\\..*"));
	}

	private static Stream<String> values(Map<String, String> reports, String report, String path) {
		return JsonPath.<List<Object>>read(reports.get(report), path).stream().map(String::valueOf);
	}

	private static String withoutNumbers(String name) {
		return name.replaceAll("\\d+", "#");
	}

}
