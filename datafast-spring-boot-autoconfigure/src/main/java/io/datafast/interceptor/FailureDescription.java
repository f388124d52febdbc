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

package io.datafast.interceptor;

import java.util.EnumSet;
import java.util.Set;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;

/**
 * Describes a failure in the application's code for the log: what and where, but without
 * messages that may quote metadata values.
 */
final class FailureDescription {

	/**
	 * Messages that quote names and types only.
	 */
	private static final Set<SpelMessage> WITHOUT_DATA = EnumSet.of(SpelMessage.PROPERTY_OR_FIELD_NOT_READABLE,
			SpelMessage.PROPERTY_OR_FIELD_NOT_READABLE_ON_NULL, SpelMessage.METHOD_NOT_FOUND,
			SpelMessage.METHOD_CALL_ON_NULL_OBJECT_NOT_ALLOWED, SpelMessage.FUNCTION_NOT_DEFINED,
			SpelMessage.TYPE_NOT_FOUND, SpelMessage.TYPE_CONVERSION_ERROR, SpelMessage.CANNOT_INDEX_INTO_NULL_VALUE,
			SpelMessage.INDEXING_NOT_SUPPORTED_FOR_TYPE, SpelMessage.OPERATOR_NOT_SUPPORTED_BETWEEN_TYPES);

	private FailureDescription() {
	}

	static String of(Throwable failure) {
		if (failure instanceof ExpressionFailedException expressionFailed) {
			return "expression \"" + expressionFailed.expression + "\" failed: " + of(expressionFailed.failure);
		}
		if (failure instanceof SpelEvaluationException spel && WITHOUT_DATA.contains(spel.getMessageCode())
				&& spel.getMessage() != null) {
			return spel.getMessage();
		}
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		StackTraceElement[] trace = cause.getStackTrace();
		return cause.getClass().getName() + ((trace.length > 0) ? " at " + trace[0] : "");
	}

	/**
	 * Says which expression failed.
	 */
	@SuppressWarnings("serial")
	static final class ExpressionFailedException extends RuntimeException {

		private final String expression;

		private final Exception failure;

		ExpressionFailedException(Expression expression, Exception failure) {
			super(failure);
			this.expression = expression.getExpressionString();
			this.failure = failure;
		}

	}

}
