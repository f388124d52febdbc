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

package io.datafast.jdbc.autoconfigure;

import javax.sql.DataSource;

import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;

/**
 * Has goals written right before a {@code DataSource} is closed. All beans that use the
 * {@code DataSource}, and may track goals while they are destroyed, have been destroyed
 * then.
 */
final class FlushBeforeDataSourceDestruction implements DestructionAwareBeanPostProcessor {

	private volatile Runnable flush = () -> {
	};

	void setFlush(Runnable flush) {
		this.flush = flush;
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return bean instanceof DataSource;
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		this.flush.run();
	}

}
