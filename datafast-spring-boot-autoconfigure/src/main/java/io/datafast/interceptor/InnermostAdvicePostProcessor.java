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

import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;

/**
 * Keeps the advice of {@link io.datafast.annotation.TrackGoal} the innermost where
 * another post-processor has put advice behind it. Post-processors of this kind run after
 * all others. The proxy has to exist earlier, since some post-processors that run in
 * between have its methods called, such as that of {@code @Scheduled}.
 */
public final class InnermostAdvicePostProcessor implements MergedBeanDefinitionPostProcessor, Ordered {

	private final TrackGoalBeanPostProcessor postProcessor;

	/**
	 * Create a post-processor.
	 * @param postProcessor the post-processor that advises beans
	 */
	public InnermostAdvicePostProcessor(TrackGoalBeanPostProcessor postProcessor) {
		this.postProcessor = postProcessor;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessMergedBeanDefinition(RootBeanDefinition beanDefinition, Class<?> beanType, String beanName) {
		// Nothing to prepare.
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		this.postProcessor.moveInnermost(bean);
		return bean;
	}

}
