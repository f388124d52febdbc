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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;

/**
 * What goes over the wire for one request.
 */
record Reply(MockAnswer.Kind kind, int status, String message, Map<String, String> headers, byte[] body,
		Duration latency, @Nullable ReceivedGoal goal) {

	private static final JsonWriter<Map<String, Object>> JSON = JsonWriter.standard();

	private static final byte[] NO_BODY = {};

	static Reply of(Verdict verdict, Duration latency) {
		return new Reply(MockAnswer.Kind.PROCESS, verdict.status(), verdict.message(), verdict.headers(),
				body(verdict.status(), verdict.message(), verdict.goal()), latency, verdict.goal());
	}

	static Reply of(Verdict verdict, MockAnswer answer, Duration defaultLatency) {
		Duration latency = (answer.latency() != null) ? answer.latency() : defaultLatency;
		return switch (answer.kind()) {
			case PROCESS ->
				(verdict.goal() != null) ? scripted(verdict, answer, verdict.message(), latency) : of(verdict, latency);
			case STATUS, TRUNCATED -> scripted(verdict, answer, Messages.of(answer.status()), latency);
			case HANG, DISCONNECT ->
				new Reply(answer.kind(), answer.status(), "as told: " + answer, Map.of(), NO_BODY, latency, null);
		};
	}

	private static Reply scripted(Verdict verdict, MockAnswer answer, String message, Duration latency) {
		ReceivedGoal goal = (answer.status() == 200) ? verdict.goal() : null;
		byte[] body = (answer.body() != null) ? answer.body().getBytes(StandardCharsets.UTF_8)
				: body(answer.status(), message, goal);
		return new Reply(answer.kind(), answer.status(), message + " (as told: " + answer + ")", answer.headers(), body,
				latency, goal);
	}

	boolean isWaiting() {
		return this.kind == MockAnswer.Kind.HANG || this.latency.toMillis() > 0;
	}

	private static byte[] body(int status, String message, @Nullable ReceivedGoal goal) {
		return (status == 200) ? successBody(goal) : errorBody(status, message);
	}

	private static byte[] successBody(@Nullable ReceivedGoal goal) {
		String eventId = (goal != null) ? goal.eventId() : "000000000000000000000000";
		return ("{\"status\":\"success\",\"data\":[{\"message\":\"" + Messages.CREATED + "\",\"eventId\":\"" + eventId
				+ "\"}]}")
			.getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] errorBody(int status, String message) {
		Map<String, Object> error = new LinkedHashMap<>();
		error.put("code", status);
		error.put("message", message);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("status", "error");
		body.put("error", error);
		return JSON.writeToString(body).getBytes(StandardCharsets.UTF_8);
	}

}
