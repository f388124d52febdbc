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

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.IntSupplier;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import org.jspecify.annotations.Nullable;

/**
 * Lets db-scheduler find no more goals than are to be delivered now, so that an outage of
 * DataFast neither changes rows nor fills the memory with them. The two methods that find
 * goals have the limit as a parameter.
 */
final class GatedJdbcCustomization implements InvocationHandler {

	private final JdbcCustomization target;

	private final IntSupplier limit;

	private GatedJdbcCustomization(JdbcCustomization target, IntSupplier limit) {
		this.target = target;
		this.limit = limit;
	}

	static JdbcCustomization of(JdbcCustomization target, IntSupplier limit) {
		return (JdbcCustomization) Proxy.newProxyInstance(JdbcCustomization.class.getClassLoader(),
				new Class<?>[] { JdbcCustomization.class }, new GatedJdbcCustomization(target, limit));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
		int available = this.limit.getAsInt();
		if (method.getName().equals("lockAndFetchSingleStatement")) {
			if (available == 0) {
				return List.of();
			}
			arguments[2] = Math.min((int) arguments[2], available);
		}
		else if (method.getName().equals("createSelectDueQuery")) {
			arguments[1] = Math.min((int) arguments[1], Math.max(1, available));
			arguments[2] = (available == 0) ? arguments[2] + " and 1 = 0 " : arguments[2];
		}
		try {
			return method.invoke(this.target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
