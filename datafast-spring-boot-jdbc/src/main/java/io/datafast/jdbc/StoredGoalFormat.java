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

package io.datafast.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import com.github.kagkarlsson.scheduler.serializer.Serializer;
import io.datafast.Goal;
import io.datafast.delivery.GoalAttempt.Progress;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Goals as JSON objects, which people can read. Members that are not known are ignored,
 * so that nodes of two versions can share a table.
 */
final class StoredGoalFormat implements Serializer {

	/**
	 * The rules for goals keep it well below; nothing else should grow the table.
	 */
	static final int MAX_BYTES = 32 * 1024;

	private final Function<Map<String, ?>, byte[]> writer;

	private final Function<byte[], @Nullable Map<?, ?>> reader;

	StoredGoalFormat(Function<Map<String, ?>, byte[]> writer, Function<byte[], @Nullable Map<?, ?>> reader) {
		this.writer = writer;
		this.reader = reader;
	}

	@Override
	public byte[] serialize(Object data) {
		StoredGoal stored = (StoredGoal) data;
		Map<String, Object> object = new LinkedHashMap<>();
		object.put("name", stored.goal().name());
		object.put("visitor", stored.goal().visitorId());
		object.put("metadata", stored.goal().metadata());
		object.put("answers", String.valueOf(stored.progress().answers()));
		object.put("notFound", String.valueOf(stored.progress().visitorNotFound()));
		StoredGoal.Ending ending = stored.ending();
		if (ending != null) {
			object.put("outcome", ending.outcome());
			object.put("reason", ending.reason());
			object.put("message", (ending.message() != null) ? ending.message() : "");
		}
		byte[] json = this.writer.apply(object);
		Assert.state(json.length <= MAX_BYTES, () -> "A goal of " + json.length + " bytes is too large to be stored");
		return json;
	}

	@Override
	public <T> T deserialize(Class<T> type, byte[] json) {
		Map<?, ?> object = this.reader.apply(json);
		Assert.state(object != null, "A stored goal is no JSON object");
		return type.cast(read(object));
	}

	private static StoredGoal read(Map<?, ?> object) {
		Map<String, String> metadata = new LinkedHashMap<>();
		if (object.get("metadata") instanceof Map<?, ?> entries) {
			entries.forEach((key, value) -> metadata.put(String.valueOf(key), String.valueOf(value)));
		}
		Goal goal = new Goal(text(object, "name"), text(object, "visitor"), metadata);
		Progress progress = new Progress(Integer.parseInt(text(object, "answers")),
				Boolean.parseBoolean(text(object, "notFound")));
		return new StoredGoal(goal, progress, readEnding(object));
	}

	private static StoredGoal.@Nullable Ending readEnding(Map<?, ?> object) {
		if (!object.containsKey("outcome")) {
			return null;
		}
		String message = text(object, "message");
		return new StoredGoal.Ending(text(object, "outcome"), text(object, "reason"),
				message.isEmpty() ? null : message);
	}

	private static String text(Map<?, ?> object, String member) {
		Object value = object.get(member);
		Assert.state(value != null, () -> "A stored goal has no member '" + member + "'");
		return value.toString();
	}

}
