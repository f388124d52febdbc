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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The API's checks, in its order. Thread-safe.
 */
final class GoalRules {

	static final String PATH = "/api/v1/goals";

	private static final String METHOD = "POST";

	private static final String CONTENT_TYPE = "application/json";

	private final GoalParser parser = new GoalParser();

	private final Set<String> unknownVisitors = ConcurrentHashMap.newKeySet();

	private final Set<String> bots = ConcurrentHashMap.newKeySet();

	private volatile boolean suspended;

	@Nullable Verdict checkRoute(Incoming request) {
		if (!PATH.equals(request.path())) {
			return Verdict.refused(404, "No such endpoint");
		}
		if (!METHOD.equals(request.method())) {
			return Verdict.methodNotAllowed(METHOD);
		}
		return null;
	}

	Verdict check(Incoming request) {
		Verdict unauthorized = Credentials.check(request);
		if (unauthorized != null) {
			return unauthorized;
		}
		if (this.suspended) {
			return Verdict.refused(403, Messages.SUSPENDED);
		}
		if (!isJson(request.header("Content-Type"))) {
			return Verdict.refused(400, "Content-Type must be application/json");
		}
		try {
			return checkVisitor(this.parser.parse(request));
		}
		catch (InvalidGoalRequestException ex) {
			return Verdict.refused(400, ex.reason());
		}
	}

	private Verdict checkVisitor(ReceivedGoal goal) {
		if (this.unknownVisitors.contains(goal.visitorId())) {
			return Verdict.refused(404, Messages.VISITOR_NOT_FOUND);
		}
		if (this.bots.contains(goal.visitorId())) {
			return Verdict.refused(400, Messages.BOT);
		}
		return Verdict.accepted(goal);
	}

	private static boolean isJson(@Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		int end = contentType.indexOf(';');
		String mediaType = (end < 0) ? contentType : contentType.substring(0, end);
		return CONTENT_TYPE.equalsIgnoreCase(mediaType.trim());
	}

	void addUnknownVisitor(String visitorId) {
		this.unknownVisitors.add(visitorId);
	}

	void addBot(String visitorId) {
		this.bots.add(visitorId);
	}

	void setSuspended(boolean suspended) {
		this.suspended = suspended;
	}

	void reset() {
		this.unknownVisitors.clear();
		this.bots.clear();
		this.suspended = false;
	}

}
