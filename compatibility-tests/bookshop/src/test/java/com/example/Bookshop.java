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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application in a process of its own, and a browser that visits it: each request by
 * another visitor, in one session.
 */
final class Bookshop {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final Pattern SESSION = Pattern.compile("JSESSIONID=(\\w+)");

	private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

	private final HttpClient client = HttpClient.newHttpClient();

	private final Map<String, Answer> answers = new LinkedHashMap<>();

	private final Process process;

	private final Path log;

	private String port = "";

	private String session = "";

	private String csrf = "";

	private Bookshop(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	static Bookshop start(String name, String classPath, Map<String, String> environment) throws IOException {
		Path log = Path.of("target", name + ".log");
		String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
		ProcessBuilder builder = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
				Path.of("target", "classes") + File.pathSeparator + classPath, BookshopApplication.class.getName(),
				"--server.port=0", "--server.servlet.session.store-dir=" + Path.of("target", name + "-sessions"))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile());
		builder.environment().putAll(environment);
		return new Bookshop(builder.start(), log);
	}

	/**
	 * Waits until the application has started.
	 * @param times how often, with restarts
	 */
	void awaitStart(int times) {
		Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
			assertThat(this.process.isAlive()).as(this::output).isTrue();
			for (String last : List.of("Started BookshopApplication", "Dusted the books", "SpringDoc /v3")) {
				assertThat(output().split(last, -1)).hasSize(times + 1);
			}
		});
		PORT.matcher(output()).results().forEach((result) -> this.port = result.group(1));
	}

	/**
	 * Sends a request, and remembers the answer.
	 * @param visitor the name of the request, and its visitor
	 * @param method the method
	 * @param path the path with the query
	 * @param user the name of the user, or an empty text
	 * @param body the body: JSON, a form, or empty
	 */
	void visit(String visitor, String method, String path, String user, String body) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
			.header("Cookie", "datafast_visitor_id=" + visitor + "; JSESSIONID=" + this.session)
			.method(method, BodyPublishers.ofString(body.replace("{csrf}", this.csrf)));
		if (!user.isEmpty()) {
			String credentials = user + ":password";
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
		}
		if (!body.isEmpty()) {
			request.header("Content-Type",
					body.startsWith("{\"") ? "application/json" : "application/x-www-form-urlencoded");
		}
		HttpResponse<String> response = this.client.send(request.build(), BodyHandlers.ofString());
		this.session = find(SESSION, response.headers().firstValue("Set-Cookie").orElse(""), this.session);
		this.csrf = find(CSRF, response.body(), this.csrf);
		assertThat(this.answers.put(visitor, answer(response))).isNull();
	}

	private static String find(Pattern pattern, String text, String otherwise) {
		Matcher matcher = pattern.matcher(text);
		return matcher.find() ? matcher.group(1) : otherwise;
	}

	private Answer answer(HttpResponse<String> response) {
		Map<String, List<String>> headers = new TreeMap<>();
		response.headers().map().forEach((name, values) -> headers.put(name, values.stream().map(this::same).toList()));
		headers.remove("date");
		return new Answer(response.statusCode(), headers, same(response.body()));
	}

	/**
	 * Replaces what is another in each process.
	 */
	private String same(String text) {
		return CSRF.matcher(SESSION.matcher(text).replaceAll("JSESSIONID"))
			.replaceAll("_csrf")
			.replace(":" + this.port, ":port")
			.replaceAll("\"timestamp\":\"[^\"]*\"", "\"timestamp\"");
	}

	Map<String, Answer> answers() {
		return this.answers;
	}

	String actuator(String endpoint) throws Exception {
		URI uri = URI.create("http://localhost:" + this.port + "/actuator/" + endpoint);
		HttpResponse<String> response = this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	void stop() throws InterruptedException {
		this.process.destroy();
		assertThat(this.process.waitFor(2, TimeUnit.MINUTES)).isTrue();
	}

	void kill() {
		this.process.destroyForcibly();
	}

	/**
	 * Returns the lines of the log, with the same in the place of each number and
	 * address, and without the warnings of a slow machine.
	 */
	List<String> log() {
		List<String> lines = new ArrayList<>(Arrays.asList(output().split("\\R")));
		lines.removeIf((line) -> line.contains("Creation of SecureRandom instance") || line.contains("Thread starvation"));
		lines.replaceAll((line) -> line.replaceAll("@[0-9a-f]+", "@#").replaceAll("\\d+([.,]\\d+)*", "#"));
		return lines;
	}

	String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	record Answer(int status, Map<String, List<String>> headers, String body) {
	}

}
